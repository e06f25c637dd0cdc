/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_MATH_H
#define NOMA_MATH_H

#include <limits>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Elementary functions that give the same bits on every machine. Those of the C library differ
 * between libraries, and within one library between processors, by units in the last place, which a
 * search for the best decision turns into another decision. These use only operations that IEEE 754
 * rounds exactly, in a fixed order.
 *
 * Exp(), Log(), Log1p(), Expm1(), Pow() and Log10() are within 2 units in the last place (in
 * truth, mostly within 1) wherever the result is a normal number, infinite where it overflows, and
 * within one spacing of subnormal numbers where it underflows. Errors are NaN, as in the C library,
 * but errno stays as it is.
 */
namespace math
{

constexpr double INFINITE = std::numeric_limits<double>::infinity(); //!< more than any number
constexpr double LN2 = 0.69314718055994531;                          //!< ln 2

/// @param x exponent
/// @returns e^x
double Exp(double x);

/// @param x exponent
/// @returns e^x - 1, exact to the last digits also near 0
double Expm1(double x);

/// @param x number >= 0
/// @returns the natural logarithm
double Log(double x);

/// @param x number >= -1
/// @returns log(1 + x), exact to the last digits also near 0
double Log1p(double x);

/// @param x number >= 0
/// @returns the decimal logarithm
double Log10(double x);

/// @param x base >= 0
/// @param y exponent
/// @returns x^y
double Pow(double x, double y);

/// @param x number >= 0
/// @returns the cube root
double Cbrt(double x);

/// @param a number
/// @param b number
/// @returns sqrt(a^2 + b^2), however large or small they are
double Hypot(double a, double b);

/// @param a finite factor
/// @param b factor
/// @returns a * b, 0 if a is, whatever b
inline double
TimesOrZero(double a, double b)
{
    return a == 0 ? 0.0 : a * b;
}

/// Sine and cosine, within 1e-15. @param x angle of at most 1e5 in magnitude (rad)
/// @param [out] sine its sine @param [out] cosine its cosine
void SinCos(double x, double& sine, double& cosine);

/**
 * The v >= 0 with (v - 1) e^v + 1 = a: with Lambert's W, v = 1 + W((a - 1) / e), but without the
 * digits which that loses for a near 0.
 *
 * @param a number >= 0, finite
 * @returns v
 */
double InverseEntropy(double a);

} // namespace math

} // namespace noma
} // namespace ns3

#endif // NOMA_MATH_H
