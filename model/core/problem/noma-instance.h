/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_INSTANCE_H
#define NOMA_INSTANCE_H

#include "noma-gain-tensor.h"
#include "noma-lambda.h"
#include "noma-sic-rate.h"
#include "noma-types.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * What one cut of a DNN costs (section "Work" of the model): all a solver knows of a DNN. An
 * option with upBits = downBits = edgeFlops = 0 is device-only and uses no radio and no edge.
 */
struct CutOption
{
    double deviceFlops{0}; //!< work of the head (FLOP)
    double edgeFlops{0};   //!< work of the tail (FLOP)
    double upBits{0};      //!< tensors crossing the cut (bit)
    double downBits{0};    //!< result (bit)

    double accuracy{1};    //!< of the answer, in [0, 1]; allocators count it under a floor only
    uint32_t exit{0};      //!< exit the network is left at, from 1 on; 0 = it names none
    double featureBits{0}; //!< bits of a crossing value; 0 = not said
};

/// @param o the option
/// @returns whether the edge server has work
inline bool
UsesEdge(const CutOption& o)
{
    return o.edgeFlops > 0;
}

/// @param o the option
/// @param d direction
/// @returns the bits to send
inline double
LinkBits(const CutOption& o, Direction d)
{
    return d == UPLINK ? o.upBits : o.downBits;
}

/// @param o the option
/// @param d direction
/// @returns whether there is anything to send; if not, shares and power of that direction are void:
///        no signal, no energy
inline bool
UsesRadio(const CutOption& o, Direction d)
{
    return LinkBits(o, d) > 0;
}

/// @param o the option
/// @returns whether there is anything to send in either direction
inline bool
UsesRadio(const CutOption& o)
{
    return UsesRadio(o, UPLINK) || UsesRadio(o, DOWNLINK);
}

/**
 * @ingroup noma-core-problem
 * The edge server of one access point.
 */
struct EdgeServer
{
    double units{0};        //!< compute units in all, R_n
    double clockHz{0};      //!< clock of one unit (Hz)
    double flopPerCycle{0}; //!< FLOP per cycle of one unit
    double kappa{0};        //!< effective switched capacitance (W/Hz^3)
    Lambda lambda;          //!< speed-up over units given to one task
};

/**
 * @ingroup noma-core-problem
 * One user with its task.
 */
struct User
{
    uint32_t ap{0};         //!< serving access point
    double clockHz{0};      //!< device clock (Hz)
    double flopPerCycle{0}; //!< device FLOP per cycle
    double kappa{0};        //!< effective switched capacitance (W/Hz^3)
    double wT{0.5};         //!< weight of delay
    double wE{0.5};         //!< weight of energy
    double delayScale{1};   //!< delays are divided by this (s)
    double energyScale{1};  //!< energies are divided by this (J)
    double wQ{0};           //!< weight of the deadline, beside wT + wE = 1; 0 = none
    /// What is left until the deadline (s), negative when it has passed; infinite = no deadline.
    double deadlineSeconds{std::numeric_limits<double>::infinity()};
    double deadlineScale{0};        //!< a task turns late over this (s); 0 = a tenth of the above
    PerDirection<Interval> powerW;  //!< transmit power bounds (W)
    Interval units{1, 1};           //!< bounds of compute units
    std::vector<CutOption> options; //!< cuts to choose from, at least one
};

/**
 * @ingroup noma-core-problem
 * One allocation problem: network, channel, users and tasks of one slot.
 */
struct Instance
{
    uint32_t subchannels{1};          //!< M, the same number in both directions
    uint32_t maxSuperposed{1};        //!< K, users per (access point, subchannel, direction)
    PerDirection<double> bandwidthHz; //!< B, whole band (Hz)
    double noiseDbmPerHz{-174};       //!< noise density (dBm/Hz)
    double noiseFigureDb{0};          //!< noise figure (dB)
    double residual{0};               //!< eps in [0, 1], imperfect cancellation
    double snrGapDb{0};               //!< loss against capacity (dB)
    DownlinkRate downlinkRate{DownlinkRate::OWN}; //!< downlink rate rule
    OrderKey orderKey{OrderKey::GAIN};            //!< what decoding orders are sorted by
    double apPowerBudgetW{std::numeric_limits<double>::infinity()}; //!< sum of downlink power (W)
    std::vector<EdgeServer> edges;                                  //!< one per access point
    std::vector<User> users;                                        //!< users
    PerDirection<GainTensor> gain;                                  //!< linear power gains

    /// @returns number of access points
    uint32_t GetAps() const
    {
        return static_cast<uint32_t>(edges.size());
    }

    /// @param d direction
    /// @returns W = B / M (Hz)
    double SubchannelHz(Direction d) const
    {
        return bandwidthHz[d] / subchannels;
    }

    /// @param d direction
    /// @returns noise power per subchannel (W)
    double NoiseW(Direction d) const
    {
        return NoisePowerW(noiseDbmPerHz, noiseFigureDb, SubchannelHz(d));
    }
};

/**
 * @ingroup noma-core-problem
 * Checks every field of an instance.
 *
 * @param instance the instance
 * @throws std::invalid_argument with one line that names the field, its value and what is allowed
 */
void ValidateInstance(const Instance& instance);

} // namespace noma
} // namespace ns3

#endif // NOMA_INSTANCE_H
