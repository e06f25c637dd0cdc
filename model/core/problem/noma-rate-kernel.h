/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_RATE_KERNEL_H
#define NOMA_RATE_KERNEL_H

#include "noma-sic-rate.h"

#include <cstddef>
#include <cstdint>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Instruction sets the rate kernels are compiled for. Every one gives the same bits: the kernels
 * work element by element, without fused multiply-add, and sum in a fixed pattern.
 */
enum class InstructionSet : uint8_t
{
    BASELINE, //!< whatever the compiler was told to target
    AVX2,     //!< x86-64 with AVX2
    AVX512    //!< x86-64 with AVX-512F and DQ
};

/// @param set an instruction set
/// @returns whether this machine runs it
bool IsSupported(InstructionSet set);

/**
 * @ingroup noma-core-problem
 * @returns the widest supported instruction set; the environment variable NOMA_INSTRUCTION_SET
 *          (baseline, avx2, avx512) lowers it
 * @throws std::invalid_argument if the variable holds anything else, or what the machine lacks
 */
InstructionSet DefaultInstructionSet();

/**
 * @ingroup noma-core-problem
 * A layer that is on the air, as the users of its cell meet it.
 */
struct KernelLayer
{
    double key;          //!< gain, which the decoding order is sorted by
    double keyAbove;     //!< the next larger number
    double user;         //!< user index; breaks ties
    double toStronger;   //!< interference it causes a stronger user of its cell
    double toWeaker;     //!< interference it causes a weaker user of its cell
    double fromStronger; //!< price it puts on a watt of a stronger user of its cell
    double fromWeaker;   //!< price it puts on a watt of a weaker user of its cell
    double floor;        //!< DownlinkRate::DECODABLE: its user's interference plus noise over gain
};

/**
 * @ingroup noma-core-problem
 * The users of one cell on one subchannel, each as if it alone joined the layers on the air, which
 * are decoded in the order of their gains.
 */
struct KernelCell
{
    Direction direction{UPLINK};          //!< direction
    DownlinkRate rule{DownlinkRate::OWN}; //!< downlink rate rule
    const double* const* gain{nullptr};   //!< per access point: gains of all users
    std::size_t aps{0};                   //!< number of access points
    std::size_t ap{0};                    //!< this cell's
    std::size_t begin{0};                 //!< first user
    std::size_t end{0};                   //!< last user + 1
    const double* cross{nullptr};         //!< per access point: uplink price, downlink power
    double base{0};                       //!< uplink: interference plus noise; downlink: noise
    double crossPrice{0};                 //!< downlink: price other cells put on one watt
    const double* power{nullptr};         //!< per user: transmit power, 0 without radio
    const double* marginal{nullptr};      //!< per user: -dGamma/dR * W, 0 without radio
    double gapInverse{1};                 //!< 1 / SNR gap
    const KernelLayer* layers{nullptr};   //!< layers on the air in this cell
    std::size_t layerCount{0};            //!< number of layers
    double* out{nullptr};                 //!< per user: dGamma / dx
};

/**
 * @ingroup noma-core-problem
 * The columns of one subchannel, sorted by access point.
 */
struct KernelBlock
{
    std::size_t aps{0};              //!< number of access points
    std::size_t columns{0};          //!< number of columns
    const uint32_t* offset{nullptr}; //!< first column per access point, and the end
    const double* gain{nullptr};     //!< gains, [ap][column]
};

/**
 * @ingroup noma-core-problem
 * The elementwise work of the objective for one instruction set.
 */
struct RateKernels
{
    /**
     * For each of n layers with signal s and interference plus noise d: efficiency = log2(1 + s/d),
     * inverse = 1/(s + d), slope = s/(d * (s + d)).
     */
    void (*rates)(const double* signal,
                  const double* interference,
                  std::size_t n,
                  double* efficiency,
                  double* inverse,
                  double* slope);

    /// Sums over the columns of all other cells: total[l] = sum_c weight[c] * gain[l][c].
    void (*gather)(const KernelBlock& block, const double* weight, double* total);

    /// Sums over all other cells: out[c] = base + sum_l gain[l][c] * total[l].
    void (*spread)(const KernelBlock& block, const double* total, double base, double* out);

    /// Share gradient of every user of a cell, valid for users that hold nothing there.
    void (*cell)(const KernelCell& cell);
};

/// @param set a supported instruction set
/// @returns the kernels
const RateKernels& GetRateKernels(InstructionSet set);

} // namespace noma
} // namespace ns3

#endif // NOMA_RATE_KERNEL_H
