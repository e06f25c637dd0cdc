/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-math.h"

#include <functional>
#include <limits>
#include <random>

using namespace ns3;
using namespace ns3::noma;

namespace
{

constexpr double INFINITE = std::numeric_limits<double>::infinity();

/// @returns the error of a value in units in the last place @param value the value
/// @param truth what it should be
double
UlpError(double value, long double truth)
{
    const auto nearest = static_cast<double>(truth);
    if (std::isnan(nearest) || std::isinf(nearest))
    {
        return value == nearest || (std::isnan(value) && std::isnan(nearest)) ? 0 : INFINITE;
    }
    const double size = std::abs(nearest);
    return static_cast<double>(std::abs(value - truth) / (std::nextafter(size, INFINITE) - size));
}

/**
 * @ingroup noma-test
 * The functions against those of the C library in long double.
 */
class MathAccuracyTestCase : public TestCase
{
  public:
    MathAccuracyTestCase()
        : TestCase("within 2 units in the last place of long double")
    {
    }

  private:
    /// Compares at many random places. @param name name @param f function @param truth the same
    /// in long double @param low least of t @param high greatest of t @param place the argument
    /// made of t
    void Compare(const char* name,
                 const std::function<double(double)>& f,
                 const std::function<long double(long double)>& truth,
                 double low,
                 double high,
                 const std::function<double(double)>& place)
    {
        double worst = 0;
        double where = 0;
        for (int i = 0; i < 20000; ++i)
        {
            const double t = low + (high - low) * static_cast<double>(m_rng() >> 11) * 0x1p-53;
            const double x = place(t);
            const double error = UlpError(f(x), truth(x));
            if (!(error <= worst))
            {
                worst = error;
                where = x;
            }
        }
        NS_TEST_EXPECT_MSG_LT(worst, 2.0, name << " at " << where);
    }

    void DoRun() override
    {
        using L = long double;
        const auto same = [](double t) { return t; };
        const auto decades = [](double t) { return std::exp(t); };
        const auto signedDecades = [](double t) {
            return std::copysign(std::exp(-std::abs(t)), t);
        };
        const auto exp = [](L x) { return std::exp(x); };
        const auto expm1 = [](L x) { return std::expm1(x); };
        const auto log = [](L x) { return std::log(x); };
        const auto log1p = [](L x) { return std::log1p(x); };
        Compare("Exp", math::Exp, exp, -1, 1, same);
        Compare("Exp, all", math::Exp, exp, -760, 720, same);
        Compare("Expm1", math::Expm1, expm1, -40, 40, same);
        Compare("Expm1, small", math::Expm1, expm1, -40, 40, signedDecades);
        Compare("Expm1, all", math::Expm1, expm1, -760, 720, same);
        Compare("Log", math::Log, log, 0.5, 2, same);
        Compare("Log, near 1", math::Log, log, 0.9999, 1.0001, same);
        Compare("Log, all", math::Log, log, -744, 709, decades);
        Compare("Log1p", math::Log1p, log1p, -0.999, 3, same);
        Compare("Log1p, small", math::Log1p, log1p, -40, 40, signedDecades);
        Compare("Log1p, large", math::Log1p, log1p, -1, 709, decades);
        Compare(
            "Log10",
            math::Log10,
            [](L x) { return std::log10(x); },
            -744,
            709,
            decades);
        Compare(
            "Cbrt",
            math::Cbrt,
            [](L x) { return std::cbrt(x); },
            -744,
            709,
            decades);
        for (const double y : {-200.1, -5.0, -1.0, 1e-3, 0.3, 0.5, 0.8, 2.0, 37.0, 1e6})
        {
            const auto pow = [y](double x) { return math::Pow(x, y); };
            const auto truth = [y](L x) { return std::pow(x, static_cast<L>(y)); };
            const double range = 720 / std::max(1.0, std::abs(y));
            Compare("Pow", pow, truth, -range, range, decades);
        }
        const auto tenTo = [](double x) { return math::Pow(10, x); };
        Compare(
            "Pow of 10",
            tenTo,
            [](L x) { return std::pow(L{10}, x); },
            -330,
            310,
            same);

        for (int i = 0; i < 20000; ++i)
        {
            const double x = 1e3 * (static_cast<double>(m_rng() >> 11) * 0x1p-52 - 1);
            double sine = 0;
            double cosine = 0;
            math::SinCos(x, sine, cosine);
            NOMA_TEST_EXPECT_NEAR(sine, static_cast<double>(std::sin(L{x})), 1e-15, "sine");
            NOMA_TEST_EXPECT_NEAR(cosine, static_cast<double>(std::cos(L{x})), 1e-15, "cosine");
        }
        for (double log10 = -25; log10 < 300; log10 += 0.37)
        {
            const double a = std::pow(10.0, log10);
            const L v = math::InverseEntropy(a);
            // what is left of the equation over its slope, relative to v; a series near 0
            const L left = a < 1e-7 ? v * v / 2 + v * v * v / 3 + v * v * v * v / 8 +
                                          v * v * v * v * v / 30 + v * v * v * v * v * v / 144 - a
                                    : v * std::exp(v) - std::expm1(v) - a;
            NOMA_TEST_EXPECT_NEAR(static_cast<double>(left / (v * v * std::exp(v))),
                                  0.0,
                                  1e-13,
                                  "entropy of " << a);
        }
    }

    std::mt19937_64 m_rng{5}; //!< places
};

/**
 * @ingroup noma-test
 * Ends of the ranges, where IEEE 754 says what is what.
 */
class MathEdgeTestCase : public TestCase
{
  public:
    MathEdgeTestCase()
        : TestCase("exact values, overflow, underflow and NaN")
    {
    }

  private:
    /// @param value value @param limit what it should be to the bit, NaN included
    /// @param what its name
    void Same(double value, double limit, const char* what)
    {
        NS_TEST_EXPECT_MSG_EQ((value == limit || (std::isnan(value) && std::isnan(limit))),
                              true,
                              what << ": " << value << " instead of " << limit);
    }

    void DoRun() override
    {
        const double nan = std::nan("");
        const double least = std::numeric_limits<double>::denorm_min();
        Same(math::Exp(0), 1, "Exp(0)");
        Same(math::Exp(-INFINITE), 0, "Exp(-inf)");
        Same(math::Exp(INFINITE), INFINITE, "Exp(inf)");
        Same(math::Exp(709.79), INFINITE, "Exp overflows");
        Same(math::Exp(-746), 0, "Exp underflows");
        Same(math::Exp(-744.44), least, "Exp of the least number");
        Same(math::Exp(nan), nan, "Exp(nan)");
        Same(math::Expm1(0), 0, "Expm1(0)");
        Same(math::Expm1(-INFINITE), -1, "Expm1(-inf)");
        Same(math::Expm1(INFINITE), INFINITE, "Expm1(inf)");
        Same(math::Expm1(nan), nan, "Expm1(nan)");
        Same(math::Log(1), 0, "Log(1)");
        Same(math::Log(0), -INFINITE, "Log(0)");
        Same(math::Log(INFINITE), INFINITE, "Log(inf)");
        Same(math::Log(-1), nan, "Log(-1)");
        Same(math::Log(nan), nan, "Log(nan)");
        Same(math::Log1p(0), 0, "Log1p(0)");
        Same(math::Log1p(least), least, "Log1p of the least number");
        Same(math::Log1p(-1), -INFINITE, "Log1p(-1)");
        Same(math::Log1p(INFINITE), INFINITE, "Log1p(inf)");
        Same(math::Log1p(-1.5), nan, "Log1p(-1.5)");
        Same(math::Log1p(nan), nan, "Log1p(nan)");
        Same(math::Log10(1000), 3, "Log10(1000)");
        Same(math::Log10(1e-7), -7, "Log10(1e-7)");
        Same(math::Log10(0), -INFINITE, "Log10(0)");
        Same(math::Pow(10, 3), 1000, "10^3");
        Same(math::Pow(2, -1074), least, "2^-1074");
        Same(math::Pow(2, 1024), INFINITE, "2^1024");
        Same(math::Pow(0, 2), 0, "0^2");
        Same(math::Pow(0, -2), INFINITE, "0^-2");
        Same(math::Pow(INFINITE, 2), INFINITE, "inf^2");
        Same(math::Pow(INFINITE, -2), 0, "inf^-2");
        Same(math::Pow(0.5, INFINITE), 0, "0.5^inf");
        Same(math::Pow(0.5, -INFINITE), INFINITE, "0.5^-inf");
        Same(math::Pow(2, INFINITE), INFINITE, "2^inf");
        Same(math::Pow(3, 0), 1, "3^0");
        Same(math::Pow(3, 1e-300), 1, "3^1e-300");
        Same(math::Pow(1, INFINITE), 1, "1^inf");
        Same(math::Pow(-2, 3), nan, "of a negative base there is none");
        Same(math::Pow(2, nan), nan, "2^nan");
        Same(math::Cbrt(0), 0, "Cbrt(0)");
        Same(math::Cbrt(27), 3, "Cbrt(27)");
        Same(math::Cbrt(INFINITE), INFINITE, "Cbrt(inf)");
        NOMA_TEST_EXPECT_CLOSE(math::Hypot(3e200, 4e200), 5e200, 1e-15, "Hypot of large numbers");
        Same(math::Hypot(0, -2), 2, "Hypot(0, -2)");
        Same(math::Hypot(0, 0), 0, "Hypot(0, 0)");
        Same(math::Hypot(INFINITE, 1), INFINITE, "Hypot(inf, 1)");
        Same(math::InverseEntropy(0), 0, "InverseEntropy(0)");
        NOMA_TEST_EXPECT_CLOSE(math::InverseEntropy(1), 1, 1e-15, "InverseEntropy(1)");
    }
};

/**
 * @ingroup noma-test
 * Elementary functions.
 */
class NomaMathTestSuite : public TestSuite
{
  public:
    NomaMathTestSuite()
        : TestSuite("noma-math", Type::UNIT)
    {
        AddTestCase(new MathAccuracyTestCase);
        AddTestCase(new MathEdgeTestCase);
    }
};

NomaMathTestSuite g_nomaMathTestSuite; //!< instance

} // namespace
