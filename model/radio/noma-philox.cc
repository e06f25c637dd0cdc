/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-philox.h"

#include <algorithm>

#if defined(__x86_64__) && defined(__GNUC__)
#define NOMA_PHILOX_X86 1
#include <immintrin.h>
#else
#define NOMA_PHILOX_X86 0
#endif

namespace ns3
{
namespace noma
{

namespace
{

#if NOMA_PHILOX_X86

/// Several counters at a time: each 64-bit lane holds one word, its upper half is of no account.
/// Integers only, so that every instruction set gives the same. See PhiloxUniforms().
__attribute__((target("avx2"))) void
UniformsOfFour(const std::array<uint32_t, 4>& counter,
               const std::array<uint32_t, 2>& key,
               const uint32_t* third,
               std::size_t n,
               double* out)
{
    const __m256i factorA = _mm256_set1_epi64x(0xD2511F53);
    const __m256i factorB = _mm256_set1_epi64x(0xCD9E8D57);
    const __m256i lower = _mm256_set1_epi64x(0xFFFFFFFF);
    for (std::size_t i = 0; i < n; i += 4)
    {
        const std::size_t some = std::min<std::size_t>(4, n - i);
        uint32_t last[4] = {};
        const uint32_t* from = third + i;
        if (some < 4)
        {
            std::copy(from, from + some, last);
            from = last;
        }
        __m256i c0 = _mm256_set1_epi64x(counter[0]);
        __m256i c1 = _mm256_set1_epi64x(counter[1]);
        __m256i c2 = _mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
        __m256i c3 = _mm256_set1_epi64x(counter[3]);
        uint32_t k0 = key[0];
        uint32_t k1 = key[1];
        for (int round = 0; round < 10; ++round)
        {
            const __m256i a = _mm256_mul_epu32(factorA, c0);
            const __m256i b = _mm256_mul_epu32(factorB, c2);
            c0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(b, 32), c1),
                                  _mm256_set1_epi64x(k0));
            c2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(a, 32), c3),
                                  _mm256_set1_epi64x(k1));
            c1 = b;
            c3 = a;
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        const __m256i bits =
            _mm256_or_si256(_mm256_slli_epi64(c0, 32), _mm256_and_si256(c1, lower));
        alignas(32) uint64_t words[4];
        _mm256_store_si256(reinterpret_cast<__m256i*>(words), _mm256_srli_epi64(bits, 11));
        for (std::size_t j = 0; j < some; ++j)
        {
            out[i + j] = static_cast<double>(static_cast<int64_t>(words[j] + 1)) * 0x1p-53;
        }
    }
}

#endif

} // namespace

void
PhiloxUniforms(const std::array<uint32_t, 4>& counter,
               const std::array<uint32_t, 2>& key,
               const uint32_t* third,
               std::size_t n,
               double* out)
{
#if NOMA_PHILOX_X86
    static const bool wide = __builtin_cpu_supports("avx2");
    if (wide)
    {
        UniformsOfFour(counter, key, third, n, out);
        return;
    }
#endif
    for (std::size_t i = 0; i < n; ++i)
    {
        const auto w = Philox({counter[0], counter[1], third[i], counter[3]}, key);
        out[i] = UniformOpenZero(w[0], w[1]);
    }
}

} // namespace noma
} // namespace ns3
