/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SPECTRUM_SIGNAL_H
#define NOMA_SPECTRUM_SIGNAL_H

#include "noma-ns3-compat.h"

#include "ns3/noma-slot.h"
#include "ns3/packet.h"
#include "ns3/spectrum-model.h"
#include "ns3/spectrum-signal-parameters.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * One transport block on one subchannel: in the uplink the only one its user sends there, in the
 * downlink one of those superposed.
 */
struct NomaLayer
{
    Grant grant;           //!< what it was granted
    uint64_t blockBits{0}; //!< size of the transport block (bit)
    Ptr<Packet> payload;   //!< content; null is allowed
    uint64_t block{0};     //!< number of the block, the same in all its transmissions, by which
                           //!< receivers combine them; 0 = they do not
};

/**
 * @ingroup noma-radio
 * Which kind of node a physical layer belongs to.
 */
enum class NomaRole : uint8_t
{
    UE, //!< user: sends in the uplink band, receives in the downlink band
    AP  //!< access point: the other way round
};

/**
 * @ingroup noma-radio
 * What a NOMA transmitter sends in one slot: one signal with one power spectral density, however
 * many layers it carries.
 */
struct NomaSpectrumSignalParameters : public SpectrumSignalParameters
{
    NomaSpectrumSignalParameters() = default;

    /// @param other to be copied; layers share their packets
    NomaSpectrumSignalParameters(const NomaSpectrumSignalParameters& other) = default;

    Ptr<SpectrumSignalParameters> Copy() NOMA_CONST_SINCE_37 override;

    NomaRole role{NomaRole::UE};   //!< who sends
    uint32_t index{0};             //!< user or access point index of the sender
    Time start;                    //!< when the sender started
    std::vector<NomaLayer> layers; //!< ascending subchannel, then decoding order
};

/**
 * @ingroup noma-radio
 * A band cut into equal subchannels.
 *
 * All devices of a network have to share one object per band: ns-3's spectrum channels tell
 * spectrum models apart by object.
 *
 * @param centerHz centre of the band (Hz)
 * @param bandwidthHz width of the band (Hz)
 * @param subchannels number of subchannels, at least 1
 * @returns the spectrum model
 */
Ptr<SpectrumModel> MakeNomaSpectrumModel(double centerHz, double bandwidthHz, uint32_t subchannels);

} // namespace noma
} // namespace ns3

#endif // NOMA_SPECTRUM_SIGNAL_H
