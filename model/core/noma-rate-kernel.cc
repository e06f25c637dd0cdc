/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-rate-kernel.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

// The kernels never pass vectors across a call that is not inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace ns3
{
namespace noma
{

namespace
{

#if defined(__x86_64__) && defined(__GNUC__)
#define NOMA_KERNEL_X86 1
#else
#define NOMA_KERNEL_X86 0
#endif

/// Elements worked on at once, on every instruction set.
constexpr std::size_t LANES = 8;

/// Eight numbers.
typedef double Vector __attribute__((vector_size(64)));
/// Eight masks or bit patterns.
typedef unsigned long long Bits __attribute__((vector_size(64)));

/// Makes a function part of its caller, so that it is compiled for the caller's instruction set.
#define NOMA_KERNEL_INLINE inline __attribute__((always_inline))

/// @returns eight numbers @param p where they start
NOMA_KERNEL_INLINE Vector
Load(const double* p)
{
    Vector v;
    std::memcpy(&v, p, sizeof(v));
    return v;
}

/// @returns n <= 8 numbers and a harmless rest @param p where they start @param n how many
NOMA_KERNEL_INLINE Vector
Load(const double* p, std::size_t n)
{
    if (n == LANES)
    {
        return Load(p);
    }
    Vector v = Vector{} + 1.0;
    std::memcpy(&v, p, n * sizeof(double));
    return v;
}

/// Stores the first n numbers. @param p where to @param v numbers @param n how many
NOMA_KERNEL_INLINE void
Store(double* p, const Vector& v, std::size_t n)
{
    std::memcpy(p, &v, n * sizeof(double));
}

/// @returns the biased exponent as a number @param bits bit pattern of positive numbers
NOMA_KERNEL_INLINE Vector
Exponent(const Bits& bits)
{
    // an integer below 2^52 put into the mantissa of 2^52
    return (Vector)((bits >> 52) | 0x4330000000000000ULL) - 4503599627370496.0;
}

/// @returns the mantissa in [1, 2) @param bits bit pattern of positive numbers
NOMA_KERNEL_INLINE Vector
Mantissa(const Bits& bits)
{
    return (Vector)((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
}

/**
 * log2(1 + s/d) for s >= 0, d > 0, with one division. Below sqrt(2) it is 2 atanh(s / (s + 2 d)),
 * which loses no digits however small s/d is. Above, exponents are taken apart and the mantissas
 * brought within a factor of sqrt(2) of each other: log(a/b) = 2 atanh((a - b) / (a + b)).
 *
 * @param s signal
 * @param d interference plus noise
 * @param sum s + d
 * @returns the logarithm, within 2 units in the last place
 */
NOMA_KERNEL_INLINE Vector
Log2OnePlus(const Vector& s, const Vector& d, const Vector& sum)
{
    const Bits sumBits = (Bits)sum;
    const Bits dBits = (Bits)d;
    Vector exponent = Exponent(sumBits) - Exponent(dBits);
    Vector a = Mantissa(sumBits);
    const Vector b = Mantissa(dBits);
    const auto above = a > b * 1.4142135623730951;
    const auto below = a < b * 0.70710678118654757;
    exponent += above ? Vector{} + 1.0 : (below ? Vector{} - 1.0 : Vector{});
    a *= above ? Vector{} + 0.5 : (below ? Vector{} + 2.0 : Vector{} + 1.0);
    const auto small = sum < d * 1.4142135623730951;
    exponent = small ? Vector{} : exponent;
    const Vector t = (small ? s : a - b) / (small ? sum + d : a + b);
    const Vector u = t * t;
    const Vector u2 = u * u;
    const Vector u4 = u2 * u2;
    // 1/3 + u/5 + u^2/7 + ..., u <= 0.0295: the last term is below 1e-17
    const Vector p0 = (1.0 / 3 + u * (1.0 / 5)) + u2 * (1.0 / 7 + u * (1.0 / 9));
    const Vector p1 = (1.0 / 11 + u * (1.0 / 13)) + u2 * (1.0 / 15 + u * (1.0 / 17));
    const Vector p2 = (1.0 / 19 + u * (1.0 / 21)) + u2 * (Vector{} + 1.0 / 23);
    const Vector series = t + t * (u * (p0 + u4 * (p1 + u4 * p2)));
    return exponent + series * 2.8853900817779268; // 2 / ln 2
}

/// RateKernels::rates for one group of lanes. @param s signal @param d interference plus noise
/// @param [out] efficiency log2(1 + s/d) @param [out] inverse 1/(s + d)
/// @param [out] slope s/(d * (s + d))
NOMA_KERNEL_INLINE void
RateLanes(const Vector& s, const Vector& d, Vector& efficiency, Vector& inverse, Vector& slope)
{
    const Vector sum = s + d;
    efficiency = Log2OnePlus(s, d, sum);
    const Vector r = 1.0 / (sum * d);
    inverse = r * d;
    slope = r * s;
}

/// RateKernels::rates. @param signal s @param interference d @param n how many
/// @param [out] efficiency log2(1 + s/d) @param [out] inverse 1/(s + d)
/// @param [out] slope s/(d * (s + d))
NOMA_KERNEL_INLINE void
RatesBody(const double* signal,
          const double* interference,
          std::size_t n,
          double* efficiency,
          double* inverse,
          double* slope)
{
    Vector e;
    Vector i;
    Vector o;
    std::size_t k = 0;
    for (; k + LANES <= n; k += LANES)
    {
        RateLanes(Load(signal + k), Load(interference + k), e, i, o);
        Store(efficiency + k, e, LANES);
        Store(inverse + k, i, LANES);
        Store(slope + k, o, LANES);
    }
    if (k < n)
    {
        RateLanes(Load(signal + k, n - k), Load(interference + k, n - k), e, i, o);
        Store(efficiency + k, e, n - k);
        Store(inverse + k, i, n - k);
        Store(slope + k, o, n - k);
    }
}

/// RateKernels::cell for one group of lanes. @param c the cell @param i first user
/// @param n number of users, at most eight
NOMA_KERNEL_INLINE void
CellLanes(const KernelCell& c, std::size_t i, std::size_t n)
{
    Vector cross = Vector{};
    for (std::size_t l = 0; l < c.aps; ++l)
    {
        if (l != c.ap)
        {
            cross += Load(c.gain[l] + i, n) * c.cross[l];
        }
    }
    const Vector gain = Load(c.gain[c.ap] + i, n);
    const Vector power = Load(c.power + i, n);
    const bool up = c.direction == UPLINK;
    const Vector other = up ? Vector{} + c.base : cross + c.base;
    Vector key = gain;
    if (c.orderKey == OrderKey::RECEIVED_POWER)
    {
        key = gain * power;
    }
    else if (c.orderKey == OrderKey::GAIN_OVER_INTERFERENCE)
    {
        key = gain / other;
    }
    const bool decodable = !up && c.rule == DownlinkRate::DECODABLE;
    const Vector user = Vector{0, 1, 2, 3, 4, 5, 6, 7} + static_cast<double>(i);
    Vector intra = Vector{};
    Vector price = Vector{};
    Vector floor = Vector{};
    for (std::size_t k = 0; k < c.layerCount; ++k)
    {
        const KernelLayer& layer = c.layers[k];
        // of two equal keys the lower index is the stronger
        const Vector threshold =
            user < layer.user ? Vector{} + layer.key : Vector{} + layer.keyAbove;
        const auto stronger = key >= threshold;
        intra += stronger ? Vector{} + layer.toStronger : Vector{} + layer.toWeaker;
        price += stronger ? Vector{} + layer.fromStronger : Vector{} + layer.fromWeaker;
        if (decodable)
        {
            const Vector candidate = stronger ? Vector{} : Vector{} + layer.floor;
            floor = candidate > floor ? candidate : floor;
        }
    }
    Vector signal = power * c.gapInverse;
    Vector interference;
    Vector watt;
    if (up)
    {
        signal *= gain;
        interference = intra + other;
        watt = cross + gain * price;
    }
    else if (decodable)
    {
        const Vector quotient = other / gain;
        const Vector own = quotient < 1e300 ? quotient : Vector{} + 1e300;
        interference = intra + (own > floor ? own : floor);
        watt = price + c.crossPrice;
    }
    else
    {
        signal *= gain;
        interference = gain * intra + other;
        watt = price + c.crossPrice;
    }
    const Vector efficiency = Log2OnePlus(signal, interference, signal + interference);
    Store(c.out + i, power * watt - Load(c.marginal + i, n) * efficiency, n);
}

/// RateKernels::cell. @param c the cell
NOMA_KERNEL_INLINE void
CellBody(const KernelCell& c)
{
    std::size_t i = c.begin;
    for (; i + LANES <= c.end; i += LANES)
    {
        CellLanes(c, i, LANES);
    }
    if (i < c.end)
    {
        CellLanes(c, i, c.end - i);
    }
}

/// Defines the kernels compiled with an attribute.
#define NOMA_KERNEL_SET(name, attribute)                                                           \
    attribute void name##Rates(const double* signal,                                               \
                               const double* interference,                                         \
                               std::size_t n,                                                      \
                               double* efficiency,                                                 \
                               double* inverse,                                                    \
                               double* slope)                                                      \
    {                                                                                              \
        RatesBody(signal, interference, n, efficiency, inverse, slope);                            \
    }                                                                                              \
    attribute void name##Cell(const KernelCell& cell)                                              \
    {                                                                                              \
        CellBody(cell);                                                                            \
    }                                                                                              \
    const RateKernels name##Kernels = {&name##Rates, &name##Cell}

NOMA_KERNEL_SET(g_baseline, );
#if NOMA_KERNEL_X86
NOMA_KERNEL_SET(g_avx2, __attribute__((target("avx2"))));
NOMA_KERNEL_SET(g_avx512, __attribute__((target("avx512f,avx512dq,avx512vl"))));
#endif

} // namespace

bool
IsSupported(InstructionSet set)
{
#if NOMA_KERNEL_X86
    switch (set)
    {
    case InstructionSet::AVX2:
        return __builtin_cpu_supports("avx2");
    case InstructionSet::AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
    case InstructionSet::BASELINE:
        break;
    }
#endif
    return set == InstructionSet::BASELINE;
}

InstructionSet
DefaultInstructionSet()
{
    InstructionSet set = IsSupported(InstructionSet::AVX512) ? InstructionSet::AVX512
                         : IsSupported(InstructionSet::AVX2) ? InstructionSet::AVX2
                                                             : InstructionSet::BASELINE;
    const char* const names[] = {"baseline", "avx2", "avx512"};
    if (const char* wish = std::getenv("NOMA_INSTRUCTION_SET"))
    {
        uint8_t i = 0;
        while (i <= static_cast<uint8_t>(set) && std::strcmp(wish, names[i]) != 0)
        {
            ++i;
        }
        if (i > static_cast<uint8_t>(set))
        {
            throw std::invalid_argument("NOMA_INSTRUCTION_SET: " + std::string(wish) +
                                        " is not one of baseline, avx2, avx512 that this machine "
                                        "has");
        }
        set = static_cast<InstructionSet>(i);
    }
    return set;
}

const RateKernels&
GetRateKernels(InstructionSet set)
{
#if NOMA_KERNEL_X86
    switch (set)
    {
    case InstructionSet::AVX2:
        return g_avx2Kernels;
    case InstructionSet::AVX512:
        return g_avx512Kernels;
    case InstructionSet::BASELINE:
        break;
    }
#else
    static_cast<void>(set);
#endif
    return g_baselineKernels;
}

} // namespace noma
} // namespace ns3
