/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CHECK_H
#define NOMA_CHECK_H

#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Throws the error of a bad field: "PATH: VALUE is not ALLOWED" on one line.
 *
 * @param value the value found
 * @param allowed what would have been accepted, to be read after "is not"
 * @param path pieces of the field's name, put together only when the check fails
 */
template <typename V, typename... P>
[[noreturn]] void
ThrowInvalid(const V& value, const char* allowed, const P&... path)
{
    std::ostringstream s;
    s.precision(12);
    (s << ... << path);
    s << ": " << value << " is not " << allowed;
    throw std::invalid_argument(s.str());
}

/**
 * @ingroup noma-core-problem
 * Checks that a number lies in a closed range; NaN never does.
 *
 * @param value the value
 * @param min least allowed
 * @param max greatest allowed
 * @param allowed the range in words, to be read after "is not"
 * @param path pieces of the field's name
 * @throws std::invalid_argument naming field, value and range
 */
template <typename... P>
void
CheckRange(double value, double min, double max, const char* allowed, const P&... path)
{
    if (!(value >= min && value <= max))
    {
        ThrowInvalid(value, allowed, path...);
    }
}

/// Checks that a number is finite. @param value the value @param path pieces of the field's name
template <typename... P>
void
CheckFinite(double value, const P&... path)
{
    constexpr double max = std::numeric_limits<double>::max();
    CheckRange(value, -max, max, "a finite number", path...);
}

/// Checks for finite, >= 0. @param value the value @param path pieces of the field's name
template <typename... P>
void
CheckNonNegative(double value, const P&... path)
{
    CheckRange(value, 0, std::numeric_limits<double>::max(), "a finite number >= 0", path...);
}

/// Checks for finite, > 0. @param value the value @param path pieces of the field's name
template <typename... P>
void
CheckPositive(double value, const P&... path)
{
    CheckRange(value,
               std::numeric_limits<double>::denorm_min(),
               std::numeric_limits<double>::max(),
               "a finite number > 0",
               path...);
}

} // namespace noma
} // namespace ns3

#endif // NOMA_CHECK_H
