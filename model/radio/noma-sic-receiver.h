/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SIC_RECEIVER_H
#define NOMA_SIC_RECEIVER_H

#include "noma-canceller.h"
#include "noma-error-model.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * What a layer whose decoding failed does to the layers decoded after it.
 */
enum ErrorPropagation : uint8_t
{
    PROPAGATION_PHYSICAL, //!< it is not cancelled: all its power stays as interference
    PROPAGATION_STRICT,   //!< every later layer fails too
    PROPAGATION_GENIE     //!< it is cancelled all the same, as if a genie told its content
};

/**
 * @ingroup noma-radio
 * What became of a layer.
 */
enum class LayerResult : uint8_t
{
    DECODED,         //!< received
    BELOW_THRESHOLD, //!< the SINR was too low for the block
    EARLIER_FAILED,  //!< not tried: an earlier layer failed and error propagation is strict
    NO_SIGNAL,       //!< granted, but nothing was sent
    TOO_MANY_LAYERS  //!< beyond the number of layers the receiver can handle
};

/// @param result result
/// @returns a short description for traces
const char* LayerResultName(LayerResult result);

/**
 * @ingroup noma-radio
 * One layer of a superposed signal at a receiver.
 */
struct SicLayer
{
    double powerW{0};   //!< received power (W)
    double bits{0};     //!< size of the transport block (bit)
    double uniform{0};  //!< random number in [0, 1): decoding fails if it is below the error rate
    double keptSinr{0}; //!< sum of SINRs of earlier transmissions that were kept, linear
    bool known{false};  //!< whether the content is known from an earlier transmission
};

/**
 * @ingroup noma-radio
 * What the receiver found out about one layer.
 */
struct SicStage
{
    double signalW{0};                                //!< received power of the layer (W)
    double interferenceW{0};                          //!< all interference plus noise (W)
    double sinr{0};                                   //!< linear
    double blockErrorRate{1};                         //!< according to the error model
    LayerResult result{LayerResult::BELOW_THRESHOLD}; //!< outcome
};

/**
 * @ingroup noma-radio
 * A receiver that decodes layers one after the other and cancels what it has decoded.
 */
struct SicReceiver
{
    const NomaErrorModel* errorModel{nullptr};        //!< error model
    const NomaCanceller* canceller{nullptr};          //!< canceller; nullptr = perfect
    ErrorPropagation propagation{PROPAGATION_STRICT}; //!< effect of failed layers
    uint32_t maxLayers{3}; //!< layers from this position on are not tried
    double snrGap{1};      //!< loss against capacity, linear, >= 1
};

/**
 * @ingroup noma-radio
 * Decodes the layers of one subchannel in the order given. The SINR of layer k counts, beside
 * everything outside the group, all later layers in full, the residue of decoded earlier layers
 * and what error propagation leaves of failed ones: SicInterference() with one factor per layer.
 *
 * A block that was sent before is decoded from all that was kept of it, its SINR being the sum over
 * the transmissions, each after the cancellations of its time (chase combining). A block that is
 * known already, since a user decoded another user's layer that its owner could not, is cancelled
 * when its turn comes.
 *
 * A pure function: the random numbers are part of the input.
 *
 * @param receiver the receiver
 * @param layers all layers, in decoding order
 * @param count number of layers to decode; the rest are interference only
 * @param outsideW interference from outside the group plus noise (W)
 * @param uses complex channel uses, bandwidth times duration
 * @param [out] stages one per layer decoded
 */
void DecodeSic(const SicReceiver& receiver,
               const std::vector<SicLayer>& layers,
               std::size_t count,
               double outsideW,
               double uses,
               std::vector<SicStage>& stages);

} // namespace noma
} // namespace ns3

#endif // NOMA_SIC_RECEIVER_H
