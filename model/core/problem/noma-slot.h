/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_H
#define NOMA_SLOT_H

#include "noma-sic-rate.h"
#include "noma-types.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Read access to channel state information: the true gains, or what a CSI estimator believes.
 */
class CsiView
{
  public:
    virtual ~CsiView() = default;

    /**
     * @param d direction
     * @param ue user index
     * @param ap access point index
     * @param subchannel subchannel
     * @returns the linear power gain
     */
    virtual double Gain(Direction d, uint32_t ue, uint32_t ap, uint32_t subchannel) const = 0;

    /**
     * The gain without small-scale fading, where that is known apart.
     *
     * @param d direction
     * @param ue user index
     * @param ap access point index
     * @param subchannel subchannel
     * @returns the linear power gain; by default Gain()
     */
    virtual double MeanGain(Direction d, uint32_t ue, uint32_t ap, uint32_t subchannel) const
    {
        return Gain(d, ue, ap, subchannel);
    }

    /**
     * The gains of all users at once.
     *
     * @param d direction
     * @param ap access point index
     * @param subchannel subchannel
     * @param [out] out one value per user index
     */
    virtual void Row(Direction d, uint32_t ap, uint32_t subchannel, double* out) const = 0;

    /**
     * The gains of some users at once.
     *
     * @param d direction
     * @param ap access point index
     * @param subchannel subchannel
     * @param ues user indices
     * @param [out] out one value per entry of ues
     */
    virtual void Some(Direction d,
                      uint32_t ap,
                      uint32_t subchannel,
                      const std::vector<uint32_t>& ues,
                      double* out) const
    {
        Few(d, ap, subchannel, ues.data(), ues.size(), out);
    }

    /**
     * Gain() of a few users at once, for gains that are not asked for in every slot: nothing is
     * kept for the next time.
     *
     * @param d direction
     * @param ap access point index
     * @param subchannel subchannel
     * @param ues user indices
     * @param n number of users
     * @param [out] out one value per entry of ues
     */
    virtual void Few(Direction d,
                     uint32_t ap,
                     uint32_t subchannel,
                     const uint32_t* ues,
                     std::size_t n,
                     double* out) const
    {
        for (std::size_t i = 0; i < n; ++i)
        {
            out[i] = Gain(d, ues[i], ap, subchannel);
        }
    }
};

/**
 * @ingroup noma-core-problem
 * What receivers are known to do with a signal. The receiver of an uplink grant is its access
 * point, that of a downlink grant its user.
 */
class ReceiverView
{
  public:
    virtual ~ReceiverView() = default;

    /**
     * The greatest rate at which a receiver keeps a target.
     *
     * @param d direction
     * @param ue user index
     * @param ap access point index
     * @param sinr predicted SINR, linear
     * @param target greatest block error rate wanted
     * @returns rate (bit/s); 0 if no block keeps the target
     */
    virtual double MaxRateBps(Direction d,
                              uint32_t ue,
                              uint32_t ap,
                              double sinr,
                              double target) const = 0;

    /**
     * What cancellation leaves of a layer.
     *
     * @param d direction
     * @param ue user index
     * @param ap access point index
     * @param sinr SINR at which the layer is decoded, linear
     * @returns the fraction of the layer's received power that is left
     */
    virtual double Residual(Direction d, uint32_t ue, uint32_t ap, double sinr) const = 0;
};

/**
 * @ingroup noma-core-problem
 * What a slot scheduler knows of one user at the start of a slot.
 */
struct UeSlotState
{
    uint32_t ap{NONE};                  //!< serving access point; NONE = not associated
    bool on{true};                      //!< false: switched off or out of energy
    PerDirection<uint64_t> backlogBits; //!< bits waiting, MAC overhead included
    PerDirection<uint32_t> repeats;     //!< lost blocks waiting to be sent again as they are, of
                                        //!< which each takes the place of a grant's new block
    PerDirection<double> maxPowerW;     //!< greatest transmit power for this user (W)
};

/**
 * @ingroup noma-core-problem
 * All a slot scheduler knows at the start of a slot.
 */
struct SlotSnapshot
{
    uint64_t slot{0};                  //!< slot number since the start of the simulation
    double slotSeconds{0};             //!< slot duration (s)
    uint32_t aps{0};                   //!< number of access points
    uint32_t subchannels{0};           //!< M
    uint32_t maxSuperposed{1};         //!< K
    PerDirection<double> subchannelHz; //!< W (Hz)
    PerDirection<double> noiseW;       //!< noise per subchannel (W)
    double residual{0};                //!< residual factor of the receivers' cancellers
    double snrGap{1};                  //!< linear
    PerDirection<double> channelError; //!< error variance of the receivers' channel estimates
    std::vector<double> efficiencies;  //!< what codes give (bit/s/Hz), ascending; empty = any
    std::vector<bool> apOn;            //!< per access point
    std::vector<double> apMaxPowerW;   //!< total downlink power per access point (W); empty = any
    std::vector<UeSlotState> ues;      //!< per user index
    const CsiView* csi{nullptr};       //!< estimated gains; valid during Schedule() only
    /// Receivers that do not just decode up to capacity and leave the same residual of every layer;
    /// null = they all do.
    const ReceiverView* receivers{nullptr};

    /**
     * Whether a user and an access point that serves it are there to communicate.
     *
     * @param ue user index
     * @returns whether the user is on and associated with an access point that is on
     */
    bool IsServed(uint32_t ue) const
    {
        const UeSlotState& user = ues[ue];
        return user.on && user.ap < aps && apOn[user.ap];
    }
};

/**
 * @ingroup noma-core-problem
 * Permission to send (uplink) or a layer to be sent (downlink) on one subchannel in one slot.
 */
struct Grant
{
    Direction direction{UPLINK}; //!< direction
    uint32_t ue{0};              //!< user index
    uint32_t ap{0};              //!< access point index
    uint32_t subchannel{0};      //!< subchannel
    double powerW{0};            //!< transmit power (W)
    double rateBps{0};           //!< scheduled rate (bit/s); block bits = floor(rate * slot)
    uint32_t order{0};           //!< position in the decoding order of its group, from 0
};

/**
 * @ingroup noma-core-problem
 * What became of a grant.
 */
struct GrantOutcome
{
    Grant grant;              //!< the grant
    uint64_t blockBits{0};    //!< size of the transport block (bit)
    uint64_t payloadBits{0};  //!< of these, new or repeated data, without headers and padding (bit)
    bool decoded{false};      //!< whether the block was received
    double sinr{0};           //!< as received, linear
    double keptSinr{0};       //!< what the receiver had kept of earlier transmissions, linear
    uint32_t transmission{1}; //!< how often the block has been sent, this time included
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_H
