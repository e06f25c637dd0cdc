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

/// Vectors of one register of an instruction set.
template <std::size_t LANES>
struct Simd;

/// 128 bits, which every x86-64 has.
template <>
struct Simd<2>
{
    /// Numbers.
    typedef double Vector __attribute__((vector_size(16)));
    /// Bit patterns.
    typedef unsigned long long Bits __attribute__((vector_size(16)));
    /// 0, 1.
    static constexpr Vector INDEX = {0, 1};
};

/// 256 bits.
template <>
struct Simd<4>
{
    /// Numbers.
    typedef double Vector __attribute__((vector_size(32)));
    /// Bit patterns.
    typedef unsigned long long Bits __attribute__((vector_size(32)));
    /// 0, 1, ...
    static constexpr Vector INDEX = {0, 1, 2, 3};
};

/// 512 bits.
template <>
struct Simd<8>
{
    /// Numbers.
    typedef double Vector __attribute__((vector_size(64)));
    /// Bit patterns.
    typedef unsigned long long Bits __attribute__((vector_size(64)));
    /// 0, 1, ...
    static constexpr Vector INDEX = {0, 1, 2, 3, 4, 5, 6, 7};
};

/// Partial sums of every reduction, whatever the instruction set.
constexpr std::size_t SUMS = 8;

/// Makes a function part of its caller, so that it is compiled for the caller's instruction set.
#define NOMA_KERNEL_INLINE inline __attribute__((always_inline))

/// Loads n numbers, and a harmless rest. @param p where they start @param n how many
/// @param [out] v numbers
template <std::size_t LANES>
NOMA_KERNEL_INLINE void
Load(const double* p, std::size_t n, typename Simd<LANES>::Vector& v)
{
    if (n < LANES)
    {
        v = typename Simd<LANES>::Vector{} + 1.0;
        for (std::size_t k = 0; k < n; ++k)
        {
            v[k] = p[k];
        }
        return;
    }
    std::memcpy(&v, p, sizeof(v));
}

/// Stores n numbers. @param p where to @param v numbers @param n how many
template <std::size_t LANES>
NOMA_KERNEL_INLINE void
Store(double* p, const typename Simd<LANES>::Vector& v, std::size_t n)
{
    if (n < LANES)
    {
        for (std::size_t k = 0; k < n; ++k)
        {
            p[k] = v[k];
        }
        return;
    }
    std::memcpy(p, &v, sizeof(v));
}

/**
 * log2(1 + s/d) for s >= 0, d > 0, with one division. Below sqrt(2) it is 2 atanh(s / (s + 2 d)),
 * which loses no digits however small s/d is. Above, exponents are taken apart and the mantissas
 * brought within a factor of sqrt(2) of each other: log(a/b) = 2 atanh((a - b) / (a + b)).
 *
 * @param s signal
 * @param d interference plus noise
 * @param sum s + d
 * @param [out] result the logarithm, within 2 units in the last place
 */
template <std::size_t LANES>
NOMA_KERNEL_INLINE void
Log2OnePlus(const typename Simd<LANES>::Vector& s,
            const typename Simd<LANES>::Vector& d,
            const typename Simd<LANES>::Vector& sum,
            typename Simd<LANES>::Vector& result)
{
    using Vector = typename Simd<LANES>::Vector;
    using Bits = typename Simd<LANES>::Bits;
    const Vector zero = {};
    const Vector one = zero + 1.0;
    const Bits sumBits = (Bits)sum;
    const Bits dBits = (Bits)d;
    // an integer below 2^52 put into the mantissa of 2^52 is a number; 2^52 cancels
    Vector exponent = (Vector)((sumBits >> 52) | 0x4330000000000000ULL) -
                      (Vector)((dBits >> 52) | 0x4330000000000000ULL);
    Vector a = (Vector)((sumBits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
    const Vector b = (Vector)((dBits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
    const auto above = a > b * 1.4142135623730951;
    const auto below = a < b * 0.70710678118654757;
    exponent += above ? one : (below ? -one : zero);
    a *= above ? zero + 0.5 : (below ? zero + 2.0 : one);
    const auto small = sum < d * 1.4142135623730951;
    exponent = small ? zero : exponent;
    const Vector t = (small ? s : a - b) / (small ? sum + d : a + b);
    const Vector u = t * t;
    const Vector u2 = u * u;
    const Vector u4 = u2 * u2;
    // 1/3 + u/5 + u^2/7 + ..., u <= 0.0295: the last term is below 1e-17
    const Vector p0 = (1.0 / 3 + u * (1.0 / 5)) + u2 * (1.0 / 7 + u * (1.0 / 9));
    const Vector p1 = (1.0 / 11 + u * (1.0 / 13)) + u2 * (1.0 / 15 + u * (1.0 / 17));
    const Vector p2 = (1.0 / 19 + u * (1.0 / 21)) + u2 * (1.0 / 23);
    const Vector series = t + t * (u * (p0 + u4 * (p1 + u4 * p2)));
    result = exponent + series * 2.8853900817779268; // 2 / ln 2
}

/// RateKernels::rates. @param signal s @param interference d @param n how many
/// @param [out] efficiency log2(1 + s/d) @param [out] inverse 1/(s + d)
/// @param [out] slope s/(d * (s + d))
template <std::size_t LANES>
NOMA_KERNEL_INLINE void
RatesBody(const double* signal,
          const double* interference,
          std::size_t n,
          double* efficiency,
          double* inverse,
          double* slope)
{
    using Vector = typename Simd<LANES>::Vector;
    for (std::size_t k = 0; k < n; k += LANES)
    {
        const std::size_t count = n - k < LANES ? n - k : LANES;
        Vector s;
        Vector d;
        Vector e;
        Load<LANES>(signal + k, count, s);
        Load<LANES>(interference + k, count, d);
        const Vector sum = s + d;
        Log2OnePlus<LANES>(s, d, sum, e);
        const Vector r = 1.0 / (sum * d);
        Store<LANES>(efficiency + k, e, count);
        Store<LANES>(inverse + k, r * d, count);
        Store<LANES>(slope + k, r * s, count);
    }
}

/// Adds products to the partial sums. @param a numbers @param b numbers @param n how many
/// @param [in,out] sums partial sums
template <std::size_t LANES>
NOMA_KERNEL_INLINE void
Dot(const double* a, const double* b, std::size_t n, double* sums)
{
    using Vector = typename Simd<LANES>::Vector;
    Vector total[SUMS / LANES];
    for (std::size_t k = 0; k < SUMS / LANES; ++k)
    {
        Load<LANES>(sums + k * LANES, LANES, total[k]);
    }
    std::size_t i = 0;
    for (; i + SUMS <= n; i += SUMS)
    {
        for (std::size_t k = 0; k < SUMS / LANES; ++k)
        {
            Vector x;
            Vector y;
            Load<LANES>(a + i + k * LANES, LANES, x);
            Load<LANES>(b + i + k * LANES, LANES, y);
            total[k] += x * y;
        }
    }
    for (std::size_t k = 0; k < SUMS / LANES; ++k)
    {
        Store<LANES>(sums + k * LANES, total[k], LANES);
    }
    for (std::size_t k = 0; i < n; ++i, ++k)
    {
        sums[k] += a[i] * b[i];
    }
}

/// RateKernels::gather. @param block columns @param weight per column @param [out] total per ap
template <std::size_t LANES>
NOMA_KERNEL_INLINE void
GatherBody(const KernelBlock& block, const double* weight, double* total)
{
    for (std::size_t l = 0; l < block.aps; ++l)
    {
        const double* gain = block.gain + l * block.columns;
        const std::size_t begin = block.offset[l] - block.offset[0];
        const std::size_t end = block.offset[l + 1] - block.offset[0];
        double sums[SUMS] = {};
        Dot<LANES>(gain, weight, begin, sums);
        Dot<LANES>(gain + end, weight + end, block.columns - end, sums);
        total[l] = ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
                   ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }
}

/// RateKernels::spread. @param block columns @param total per access point @param base summand
/// @param [out] out per column
template <std::size_t LANES>
NOMA_KERNEL_INLINE void
SpreadBody(const KernelBlock& block, const double* total, double base, double* out)
{
    using Vector = typename Simd<LANES>::Vector;
    for (std::size_t n = 0; n < block.aps; ++n)
    {
        const std::size_t end = block.offset[n + 1] - block.offset[0];
        for (std::size_t c = block.offset[n] - block.offset[0]; c < end; c += LANES)
        {
            const std::size_t count = end - c < LANES ? end - c : LANES;
            Vector sum = {};
            for (std::size_t l = 0; l < block.aps; ++l)
            {
                if (l != n)
                {
                    Vector gain;
                    Load<LANES>(block.gain + l * block.columns + c, count, gain);
                    sum += gain * total[l];
                }
            }
            Store<LANES>(out + c, sum + base, count);
        }
    }
}

/// RateKernels::cell for one group of lanes: SicInterference(), LimitingDecoder and the rate for
/// users that are not in the group, each at its own place in the order, without sorting them; the
/// suite noma-sic-places holds the rates equal. @param c the cell @param i first user
/// @param n number of users, at most LANES
template <std::size_t LANES>
NOMA_KERNEL_INLINE void
CellLanes(const KernelCell& c, std::size_t i, std::size_t n)
{
    using Vector = typename Simd<LANES>::Vector;
    const Vector zero = {};
    Vector cross = zero;
    for (std::size_t l = 0; l < c.aps; ++l)
    {
        if (l != c.ap)
        {
            Vector gain;
            Load<LANES>(c.gain[l] + i, n, gain);
            cross += gain * c.cross[l];
        }
    }
    Vector gain;
    Vector power;
    Vector marginal;
    Load<LANES>(c.gain[c.ap] + i, n, gain);
    Load<LANES>(c.power + i, n, power);
    Load<LANES>(c.marginal + i, n, marginal);
    const bool up = c.direction == UPLINK;
    const Vector other = up ? zero + c.base : cross + c.base;
    const bool decodable = !up && c.rule == DownlinkRate::DECODABLE;
    const Vector user = Simd<LANES>::INDEX + static_cast<double>(i);
    Vector intra = zero;
    Vector price = zero;
    Vector floor = zero;
    for (std::size_t k = 0; k < c.layerCount; ++k)
    {
        const KernelLayer& layer = c.layers[k];
        // IsStronger() of a user and a layer, lane by lane: a test holds the two equal
        const Vector threshold = user < layer.user ? zero + layer.key : zero + layer.keyAbove;
        const auto stronger = gain >= threshold;
        intra += stronger ? zero + layer.toStronger : zero + layer.toWeaker;
        price += stronger ? zero + layer.fromStronger : zero + layer.fromWeaker;
        if (decodable)
        {
            const Vector candidate = stronger ? zero : zero + layer.floor;
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
        const Vector own = quotient < 1e300 ? quotient : zero + 1e300;
        interference = intra + (own > floor ? own : floor);
        watt = price + c.crossPrice;
    }
    else
    {
        signal *= gain;
        interference = gain * intra + other;
        watt = price + c.crossPrice;
    }
    Vector efficiency;
    Log2OnePlus<LANES>(signal, interference, signal + interference, efficiency);
    Store<LANES>(c.out + i, power * watt - marginal * efficiency, n);
}

/// RateKernels::cell. @param c the cell
template <std::size_t LANES>
NOMA_KERNEL_INLINE void
CellBody(const KernelCell& c)
{
    std::size_t i = c.begin;
    for (; i + LANES <= c.end; i += LANES)
    {
        CellLanes<LANES>(c, i, LANES);
    }
    if (i < c.end)
    {
        CellLanes<LANES>(c, i, c.end - i);
    }
}

/// Defines the kernels for one instruction set.
#define NOMA_KERNEL_SET(name, lanes, attribute)                                                    \
    attribute void name##Rates(const double* signal,                                               \
                               const double* interference,                                         \
                               std::size_t n,                                                      \
                               double* efficiency,                                                 \
                               double* inverse,                                                    \
                               double* slope)                                                      \
    {                                                                                              \
        RatesBody<lanes>(signal, interference, n, efficiency, inverse, slope);                     \
    }                                                                                              \
    attribute void name##Gather(const KernelBlock& block, const double* weight, double* total)     \
    {                                                                                              \
        GatherBody<lanes>(block, weight, total);                                                   \
    }                                                                                              \
    attribute void name##Spread(const KernelBlock& block,                                          \
                                const double* total,                                               \
                                double base,                                                       \
                                double* out)                                                       \
    {                                                                                              \
        SpreadBody<lanes>(block, total, base, out);                                                \
    }                                                                                              \
    attribute void name##Cell(const KernelCell& cell)                                              \
    {                                                                                              \
        CellBody<lanes>(cell);                                                                     \
    }                                                                                              \
    const RateKernels name##Kernels = {&name##Rates, &name##Gather, &name##Spread, &name##Cell}

NOMA_KERNEL_SET(g_baseline, 2, );
#if NOMA_KERNEL_X86
NOMA_KERNEL_SET(g_avx2, 4, __attribute__((target("avx2"))));
NOMA_KERNEL_SET(g_avx512, 8, __attribute__((target("avx512f,avx512dq,avx512vl"))));
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
