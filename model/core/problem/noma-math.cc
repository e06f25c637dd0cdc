/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-math.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace ns3
{
namespace noma
{
namespace math
{

namespace
{

constexpr double NOT_A_NUMBER = std::numeric_limits<double>::quiet_NaN();

constexpr double LOG2_E = 1.4426950408889634;
/// ln 2 in two parts; the upper has 32 digits, so that its product with an exponent is exact.
constexpr double LN2_HIGH = 0x1.62e42feep-1;
constexpr double LN2_LOW = 0x1.a39ef35793c76p-33;
/// 1.5 * 2^52: adding and subtracting it rounds to an integer.
constexpr double ROUNDER = 0x1.8p52;

/// @param x number @returns the bits of a number
uint64_t
ToBits(double x)
{
    uint64_t bits;
    std::memcpy(&bits, &x, sizeof(bits));
    return bits;
}

/// @param bits its bits @returns the number
double
FromBits(uint64_t bits)
{
    double x;
    std::memcpy(&x, &bits, sizeof(x));
    return x;
}

/// @param k in -1022..1023 @returns 2^k
double
TwoTo(int k)
{
    return FromBits(static_cast<uint64_t>(k + 1023) << 52);
}

/// @param x number in 0.5..4 @param k in -1100..1030 @returns x 2^k
double
Scale(double x, int k)
{
    if (k > 1022)
    {
        return x * 0x1p1022 * TwoTo(k - 1022);
    }
    return k < -1020 ? x * TwoTo(k + 100) * 0x1p-100 : x * TwoTo(k);
}

/// A number as the sum of two, the second far below the last digit of the first.
struct Pair
{
    double high; //!< nearest number
    double low;  //!< rest
};

/// @param a number @param b number, not greater in magnitude than a @returns a + b, exact
constexpr Pair
Sum(double a, double b)
{
    const double s = a + b;
    return {s, b - (s - a)};
}

/// @param a number @param b number @returns a b, exact
constexpr Pair
Product(double a, double b)
{
    constexpr double SPLIT = 0x1p27 + 1;
    const double a0 = a * SPLIT;
    const double b0 = b * SPLIT;
    const double upperA = a0 - (a0 - a);
    const double upperB = b0 - (b0 - b);
    const double lowerA = a - upperA;
    const double lowerB = b - upperB;
    const double p = a * b;
    return {p, lowerA * lowerB - (((p - upperA * upperB) - lowerA * upperB) - upperA * lowerB)};
}

/// @param a number @param b number @returns a b
constexpr Pair
Product(const Pair& a, const Pair& b)
{
    const Pair p = Product(a.high, b.high);
    return Sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

/// Takes a number apart, x = mantissa 2^exponent. @param x positive, finite
/// @param [out] exponent exponent @returns mantissa in [sqrt(1/2), sqrt(2))
double
TakeApart(double x, int& exponent)
{
    exponent = 0;
    if (x < std::numeric_limits<double>::min())
    {
        x *= 0x1p54;
        exponent = -54;
    }
    const uint64_t bits = ToBits(x);
    const uint64_t root = 0x3fe6a09e667f3bcdULL; // sqrt(1/2)
    const int64_t k = static_cast<int64_t>(bits - root) >> 52;
    exponent += static_cast<int>(k);
    return FromBits(bits - (static_cast<uint64_t>(k) << 52));
}

/**
 * log(1 + f) = 2 atanh(s) with s = f / (2 + f), written f - s (f - r): f is exact and the rest
 * smaller.
 *
 * @param f in [sqrt(1/2) - 1, sqrt(2) - 1]
 * @param [out] rest s (f - r)
 */
void
LogRest(double f, double& rest)
{
    const double s = f / (2 + f);
    const double u = s * s;
    const double u2 = u * u;
    const double u4 = u2 * u2;
    // r = 2 u/3 + 2 u^2/5 + ..., u <= 0.0295
    const double p0 = (2.0 / 3 + u * (2.0 / 5)) + u2 * (2.0 / 7 + u * (2.0 / 9));
    const double p1 = (2.0 / 11 + u * (2.0 / 13)) + u2 * (2.0 / 15 + u * (2.0 / 17));
    const double p2 = 2.0 / 19 + u * (2.0 / 21);
    rest = s * (f - u * (p0 + u4 * (p1 + u4 * p2)));
}

/// @param r at most ln(2) / 2 in magnitude @returns (e^r - 1 - r) / r^2
double
ExpTail(double r)
{
    const double r2 = r * r;
    const double r4 = r2 * r2;
    const double p0 = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
    const double p1 = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    const double p2 =
        (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
    return p0 + r4 * (p1 + r4 * p2);
}

/// x = k ln(2) + r + low. @param x at most 800 in magnitude @param [out] r at most ln(2) / 2 in
/// magnitude @param [out] low what r lost @returns k
int
Reduce(double x, double& r, double& low)
{
    const double k = (x * LOG2_E + ROUNDER) - ROUNDER;
    const double high = x - k * LN2_HIGH;
    const double rest = k * LN2_LOW;
    r = high - rest;
    low = (high - r) - rest;
    return static_cast<int>(k);
}

/// @param m in [sqrt(1/2), sqrt(2)] @returns log(m) to about 1e-31 of itself
constexpr Pair
LogMantissa(double m)
{
    // with f = m - 1 and s = f / (2 + f) as a pair: 2 s + 2 s u (1/3 + u/5 + ...), u = s^2
    const double f = m - 1;
    const Pair d = Sum(m > 1 ? m : 1.0, m > 1 ? 1.0 : m);
    const double q = f / d.high;
    const Pair back = Product(q, d.high);
    const Pair s = Sum(q, (((f - back.high) - back.low) - q * d.low) / d.high);
    const Pair u = Product(s, s);
    double tail = 2.0 / 25;
    for (int k = 23; k >= 5; k -= 2)
    {
        tail = tail * u.high + 2.0 / k;
    }
    // 2/3 in two parts
    const Pair third = Sum(0x1.5555555555555p-1, 0x1.5555555555555p-55 + tail * u.high);
    const Pair cubic = Product(Product(s, u), third);
    const Pair two = Sum(2 * s.high, cubic.high);
    return Sum(two.high, two.low + (2 * s.low + cubic.low));
}

/// Mantissas are brought near 1 by a factor of few digits.
struct LogEntry
{
    double factor{1};   //!< near 1 / m
    Pair log{0.0, 0.0}; //!< of 1 / factor
};

constexpr int FIRST_ENTRY = 90; //!< 128 sqrt(1/2)
constexpr int LAST_ENTRY = 182; //!< 128 sqrt(2)

/// Entries for mantissas near 90/128, 91/128, ...
struct LogTable
{
    LogEntry entry[LAST_ENTRY - FIRST_ENTRY + 1]; //!< entries

    /// Computes them, when the module is compiled.
    constexpr LogTable()
        : entry()
    {
        for (int j = FIRST_ENTRY; j <= LAST_ENTRY; ++j)
        {
            LogEntry& e = entry[j - FIRST_ENTRY];
            const int parts = (512 * 128 * 2 + j) / (2 * j); // of 512, rounded
            e.factor = parts / 512.0;
            const Pair log = LogMantissa(e.factor);
            e.log = {-log.high, -log.low};
        }
    }
};

constexpr LogTable LOG_TABLE;

/// @param x positive, finite @returns the natural logarithm with 10 binary digits more than a
///        number has
Pair
LogPair(double x)
{
    int exponent = 0;
    const double m = TakeApart(x, exponent);
    const double place = m * 128 + 0.5;
    const LogEntry& e = LOG_TABLE.entry[static_cast<int>(place) - FIRST_ENTRY];
    // f = m factor - 1, exact as a pair: both products are
    const double upper = FromBits(ToBits(m) & ~uint64_t{0x1fffff});
    const double z = upper * e.factor - 1;
    const double rest = (m - upper) * e.factor;
    const double f = z + rest;
    const double back = f - z;
    const double low = (z - (f - back)) + (rest - back);
    // f - f^2 / 2, the square's leading part exact, + f^3 (1/3 - f/4 + ...)
    const double g = FromBits(ToBits(f) & ~uint64_t{0x7ffffff});
    const double square = (f - g) * (f + g) + 2 * f * low;
    const double f2 = f * f;
    const double p =
        (1.0 / 3 - f * (1.0 / 4)) +
        f2 * ((1.0 / 5 - f * (1.0 / 6)) + f2 * ((1.0 / 7 - f * (1.0 / 8)) + f2 * (1.0 / 9)));
    const Pair near = Sum(f, -0.5 * (g * g));
    const double nearLow = near.low + ((low - 0.5 * square) + f2 * f * p);
    const Pair base = Sum(exponent * LN2_HIGH, e.log.high);
    const Pair total = Sum(base.high, near.high);
    return Sum(total.high, total.low + ((base.low + (e.log.low + exponent * LN2_LOW)) + nearLow));
}

} // namespace

double
Exp(double x)
{
    if (!(x < 710 && x > -746))
    {
        return std::isnan(x) ? x : x > 0 ? INFINITE : 0.0;
    }
    double r = 0;
    double low = 0;
    const int k = Reduce(x, r, low);
    return Scale(1 + (r + (low + r * r * ExpTail(r))), k);
}

double
Expm1(double x)
{
    if (!(x < 38 && x > -38))
    {
        return x < 0 ? -1.0 : Exp(x);
    }
    double r = 0;
    double low = 0;
    const int k = Reduce(x, r, low);
    const double tail = low + r * r * ExpTail(r);
    if (k == 0)
    {
        return r + tail;
    }
    const double two = TwoTo(k);
    return (two - 1) + two * (r + tail);
}

double
Log(double x)
{
    if (!(x > 0 && x < INFINITE))
    {
        return x == 0 ? -INFINITE : x > 0 ? x : NOT_A_NUMBER;
    }
    int k = 0;
    const double f = TakeApart(x, k) - 1;
    double rest = 0;
    LogRest(f, rest);
    return k == 0 ? f - rest : k * LN2_HIGH + (f - (rest - k * LN2_LOW));
}

double
Log1p(double x)
{
    if (x > -0.29 && x < 0.41)
    {
        double rest = 0;
        LogRest(x, rest);
        return x - rest;
    }
    if (!(x > -1 && x < INFINITE))
    {
        return x == -1 ? -INFINITE : x > 0 ? x : NOT_A_NUMBER;
    }
    const double y = 1 + x;
    // what rounding the sum took
    const double lost = x > 1 ? 1 - (y - x) : x - (y - 1);
    int k = 0;
    const double f = TakeApart(y, k) - 1;
    double rest = 0;
    LogRest(f, rest);
    return k * LN2_HIGH + (f - (rest - (k * LN2_LOW + lost / y)));
}

double
Log10(double x)
{
    if (!(x > 0 && x < INFINITE))
    {
        return Log(x);
    }
    const Pair result = Product(LogPair(x), Pair{0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57});
    return result.high;
}

double
Pow(double x, double y)
{
    if (y == 0 || x == 1)
    {
        return 1;
    }
    if (y == 1)
    {
        return x;
    }
    if (!(x > 0 && x < INFINITE && std::abs(y) < INFINITE))
    {
        if (!(x >= 0) || std::isnan(y))
        {
            return NOT_A_NUMBER;
        }
        // an infinite exponent of a base below 1 works like a base of 0
        const bool large = x > 1;
        return large == (y > 0) ? INFINITE : 0.0;
    }
    if (y == 0.5)
    {
        return std::sqrt(x);
    }
    const Pair log = LogPair(x);
    const double size = log.high * y;
    if (!(size < 710 && size > -746))
    {
        return size > 0 ? INFINITE : 0.0;
    }
    if (std::abs(size) < 1e-20)
    {
        return 1;
    }
    const Pair power = Product(log.high, y);
    double r = 0;
    double low = 0;
    const int k = Reduce(power.high, r, low);
    const Pair rest = Sum(r, low + (power.low + log.low * y));
    r = rest.high;
    low = rest.low;
    return Scale(1 + (r + (low + r * r * ExpTail(r))), k);
}

double
Cbrt(double x)
{
    if (!(x > 0 && x < INFINITE))
    {
        return x >= 0 ? x : NOT_A_NUMBER;
    }
    // the root of the exponent's multiple of 3 is exact
    int k = 0;
    const double m = TakeApart(x, k);
    const int third = (k + 1200) / 3 - 400;
    const double y = m * TwoTo(k - 3 * third);
    const double guess = Exp(Log(y) * (1.0 / 3));
    const double root = guess - (guess * guess * guess - y) / (3 * guess * guess);
    return root * TwoTo(third);
}

double
Hypot(double a, double b)
{
    const double large = std::max(std::abs(a), std::abs(b));
    const double small = std::min(std::abs(a), std::abs(b));
    if (!(large > 0 && large < INFINITE))
    {
        return large;
    }
    const double ratio = small / large;
    return large * std::sqrt(1 + ratio * ratio);
}

void
SinCos(double x, double& sine, double& cosine)
{
    // pi/2 in three parts; products of the first two with a quadrant are exact
    const double q = (x * 0.63661977236758134 + ROUNDER) - ROUNDER;
    const double r = ((x - q * 0x1.921fb544p0) - q * 0x1.0b4611a6p-34) - q * 0x1.3198a2e037073p-69;
    const double u = r * r;
    double s = 1.0 / 355687428096000;
    double c = 1.0 / 20922789888000;
    constexpr double ODD[] = {-1.0 / 1307674368000,
                              1.0 / 6227020800,
                              -1.0 / 39916800,
                              1.0 / 362880,
                              -1.0 / 5040,
                              1.0 / 120,
                              -1.0 / 6};
    constexpr double EVEN[] = {-1.0 / 87178291200,
                               1.0 / 479001600,
                               -1.0 / 3628800,
                               1.0 / 40320,
                               -1.0 / 720,
                               1.0 / 24,
                               -1.0 / 2};
    for (int k = 0; k < 7; ++k)
    {
        s = s * u + ODD[k];
        c = c * u + EVEN[k];
    }
    s = r + r * u * s;
    c = 1 + u * c;
    const auto quadrant = static_cast<unsigned>(static_cast<int>(q)) & 3U;
    sine = quadrant & 1U ? c : s;
    cosine = quadrant & 1U ? s : c;
    sine = quadrant & 2U ? -sine : sine;
    cosine = quadrant == 1 || quadrant == 2 ? -cosine : cosine;
}

double
InverseEntropy(double a)
{
    if (a < 1e-5)
    {
        // series around the branch point of W
        const double p = std::sqrt(2 * std::max(a, 0.0));
        return p * (1 + p * (-1.0 / 3 +
                             p * (11.0 / 72 +
                                  p * (-43.0 / 540 + p * (769.0 / 17280 + p * (-221.0 / 8505))))));
    }
    double v = 0;
    if (a < 0.5)
    {
        const double p = std::sqrt(2 * a);
        v = p * (1 + p * (-1.0 / 3 + p * (11.0 / 72 - p * (43.0 / 540))));
    }
    else
    {
        // W(y) is near log(1 + y) (1 - log(1 + log(1 + y)) / (2 + log(1 + y)))
        const double log = Log1p((a - 1) * 0.36787944117144233);
        v = 1 + log * (1 - Log1p(log) / (2 + log));
    }
    // Halley's steps on the equation times e^-v: each triples the number of digits
    double step = 1;
    for (int k = 0; k < 5 && std::abs(step) > 1e-5 * v; ++k)
    {
        double e = 0;
        double rest = 0;
        if (v < 1)
        {
            const double m = Expm1(-v);
            e = 1 + m;
            rest = (v + m) - a * e;
        }
        else
        {
            e = Exp(-v);
            rest = (v - 1) - (a - 1) * e;
        }
        step = rest / (v - rest * (1 + v) / (2 * v));
        v -= step;
    }
    return v;
}

} // namespace math
} // namespace noma
} // namespace ns3
