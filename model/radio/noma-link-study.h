/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LINK_STUDY_H
#define NOMA_LINK_STUDY_H

#include "noma-error-model.h"
#include "noma-sic-receiver.h"

#include "ns3/noma-types.h"
#include "ns3/spectrum-channel.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * How a link study orders the users of its group.
 */
enum class LinkOrder : uint8_t
{
    LISTED, //!< as listed, in every block
    GAIN,   //!< by the block's channel gains
    POWER   //!< by the block's received powers
};

/**
 * @ingroup noma-radio
 * One group of superposed users on one subchannel, observed over many independent blocks.
 */
struct LinkStudy
{
    Direction direction{UPLINK};        //!< direction
    std::vector<double> snrDb;          //!< mean received SNR of each user (dB)
    std::vector<double> split;          //!< downlink: fractions of the power, sum at most 1
    std::vector<double> rate;           //!< bit per channel use of each user
    LinkOrder order{LinkOrder::LISTED}; //!< decoding order
    double residual{0};                 //!< residual factor of cancellation
    double channelError{0};             //!< error variance of the receivers' channel estimates
    uint32_t csiAge{0};                 //!< blocks since the gains that decide on the order
    double correlation{0};              //!< of the fading of neighbouring blocks, in [0, 0.999999]
    double discRadius{0};               //!< users are anywhere in a disc, anew in every block:
                                        //!< its radius (reference distances); 0 = they are not
    double density{0};                  //!< users are the nearest points of a Poisson field, anew
                                        //!< in every block: its density (per squared reference
                                        //!< distance); 0 = they are not
    double exponent{3};               //!< a of the path gain 1 / (1 + distance^a) in disc or field
    bool byPosition{false};           //!< uplink: rates and results belong to positions in the
                                      //!< decoding order
    std::vector<double> interfererDb; //!< mean INR of each inter-cell interferer (dB)
    ErrorPropagation propagation{PROPAGATION_STRICT}; //!< effect of failed layers
    bool fading{true};                                //!< Rayleigh; false = constant gains
    uint64_t blocks{100000};                          //!< number of blocks
    double uses{1e6};                                 //!< channel uses per block
    Ptr<NomaErrorModel> errorModel;                   //!< error model; null = capacity threshold
    Ptr<SpectrumChannel> channel;                     //!< channel; null = a NomaSpectrumChannel
    int64_t stream{0};                                //!< first random stream
};

/**
 * @ingroup noma-radio
 * What a link study found for one user.
 */
struct LinkStudyUser
{
    uint64_t blocks{0};      //!< blocks sent
    uint64_t lost{0};        //!< blocks not decoded
    double sumEfficiency{0}; //!< sum over blocks of log2(1 + SINR) at its stage
    double sumSquares{0};    //!< sum of squares of the same
    double sumErrorRate{0};  //!< sum of block error rates according to the error model

    /// @returns the fraction of blocks lost
    double GetOutage() const;

    /// @returns the standard error of the outage
    double GetStandardError() const;

    /// @returns mean of log2(1 + SINR) at its stage (bit per channel use): the ergodic rate, if
    /// what is decoded before it is cancelled whatever the rates
    double GetEfficiency() const;

    /// @returns the standard error of that, for independent blocks
    double GetEfficiencyError() const;
};

/**
 * @ingroup noma-radio
 * Sends the blocks of a study over an ns-3 spectrum channel to NOMA physical layers and counts what
 * these decode. Runs a simulation of its own from time 0, so none may be in progress.
 *
 * The group's users share one subchannel. In the uplink all users and interferers send the same
 * power over links of different loss. In the downlink every user hears the access point with its
 * mean SNR and each interfering access point with the INR given.
 *
 * Users in a disc or field have their snrDb at distance 0 and less by the path gain where they are;
 * in a field the first user is the nearest, the second one the next, and so on.
 *
 * With LinkOrder::GAIN in the downlink, fractions and rates belong to positions in the decoding
 * order, weakest user first, and so do the results; with byPosition likewise in the uplink, first
 * decoded first. In all other cases they belong to users.
 *
 * @param study what to do
 * @returns results by user (or position)
 * @throws std::invalid_argument naming the field, its value and what is allowed
 */
std::vector<LinkStudyUser> RunLinkStudy(const LinkStudy& study);

} // namespace noma
} // namespace ns3

#endif // NOMA_LINK_STUDY_H
