/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_H
#define NOMA_TEST_H

#include "ns3/test.h"

#include <algorithm>
#include <cmath>

/**
 * @ingroup noma-core noma-radio noma-inference
 * @defgroup noma-test Tests of the noma module
 */

namespace ns3
{
namespace noma
{
namespace tests
{

/**
 * @param actual a value
 * @param limit the value it should have
 * @param relative relative tolerance
 * @returns whether both are finite and agree; unlike NS_TEST_*_EQ_TOL, never true for NaN
 */
inline bool
IsClose(double actual, double limit, double relative)
{
    return std::isfinite(actual) && std::isfinite(limit) &&
           std::abs(actual - limit) <= relative * std::max(std::abs(actual), std::abs(limit));
}

} // namespace tests
} // namespace noma
} // namespace ns3

/// Fails unless both values are finite and agree within a relative tolerance.
#define NOMA_TEST_EXPECT_CLOSE(actual, limit, relative, message)                                   \
    NS_TEST_EXPECT_MSG_EQ(ns3::noma::tests::IsClose((actual), (limit), (relative)),                \
                          true,                                                                    \
                          message << ": " << (actual) << " is not within " << (relative)           \
                                  << " (relative) of " << (limit))

/// Fails unless the value is finite and within an absolute tolerance of the limit.
#define NOMA_TEST_EXPECT_NEAR(actual, limit, absolute, message)                                    \
    NS_TEST_EXPECT_MSG_EQ((std::abs((actual) - (limit)) <= (absolute)),                            \
                          true,                                                                    \
                          message << ": " << (actual) << " is not within " << (absolute)           \
                                  << " (absolute) of " << (limit))

/// Fails unless the statement throws std::invalid_argument whose text contains every given part.
#define NOMA_TEST_EXPECT_INVALID(statement, part)                                                  \
    do                                                                                             \
    {                                                                                              \
        std::string what = "no exception";                                                         \
        try                                                                                        \
        {                                                                                          \
            statement;                                                                             \
        }                                                                                          \
        catch (const std::invalid_argument& e)                                                     \
        {                                                                                          \
            what = e.what();                                                                       \
        }                                                                                          \
        NS_TEST_EXPECT_MSG_EQ((what.find(part) != std::string::npos),                              \
                              true,                                                                \
                              "expected an error with '" << (part) << "', got: " << what);         \
    } while (false)

#endif // NOMA_TEST_H
