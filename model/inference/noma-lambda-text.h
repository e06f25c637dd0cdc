/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LAMBDA_TEXT_H
#define NOMA_LAMBDA_TEXT_H

#include "ns3/noma-lambda.h"

#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * The speed-up over compute units as attributes and options write it.
 *
 * @param text "linear", "power:a" (r^a) or "amdahl:f" (1/((1-f)+f/r))
 * @returns the speed-up
 * @throws std::invalid_argument with one line if the text is none of them
 */
Lambda ParseLambda(const std::string& text);

/**
 * @ingroup noma-inference
 * Writes a speed-up so.
 *
 * @param lambda the speed-up
 * @returns the text; "table" for one that has no such form
 */
std::string FormatLambda(const Lambda& lambda);

} // namespace noma
} // namespace ns3

#endif // NOMA_LAMBDA_TEXT_H
