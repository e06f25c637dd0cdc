/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_JSON_H
#define NOMA_JSON_H

#include "ns3/noma-decision.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-instance.h"

#include <istream>
#include <ostream>
#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * Reads an instance, format "noma-instance/1", and checks it.
 *
 * @param text the JSON text
 * @returns a valid instance
 * @throws std::invalid_argument with one line naming path, value and what is allowed
 */
Instance ParseInstance(const std::string& text);

/**
 * @ingroup noma-core-io
 * Reads an instance from a stream, to its end.
 *
 * @param in the stream
 * @returns a valid instance
 * @throws std::invalid_argument with one line naming path, value and what is allowed
 */
Instance ReadInstance(std::istream& in);

/**
 * @ingroup noma-core-io
 * Reads a decision, format "noma-decision/1", and checks sizes and ranges against its instance, not
 * feasibility. What a solver adds to its decision (gamma, report, results per user) is accepted and
 * ignored.
 *
 * @param text the JSON text
 * @param instance the instance it belongs to
 * @returns a valid decision
 * @throws std::invalid_argument with one line naming path, value and what is allowed
 */
Decision ParseDecision(const std::string& text, const Instance& instance);

/**
 * @ingroup noma-core-io
 * Reads a decision from a stream, to its end.
 *
 * @param in the stream
 * @param instance the instance it belongs to
 * @returns a valid decision
 * @throws std::invalid_argument with one line naming path, value and what is allowed
 */
Decision ReadDecision(std::istream& in, const Instance& instance);

/**
 * @ingroup noma-core-io
 * Reads an evaluation as WriteEvaluation() writes it.
 *
 * @param text the JSON text
 * @returns the evaluation
 * @throws std::invalid_argument with one line naming path, value and what is allowed
 */
Evaluation ParseEvaluation(const std::string& text);

/// Writes an instance. @param out the stream @param instance a valid instance
void WriteInstance(std::ostream& out, const Instance& instance);

/**
 * @ingroup noma-core-io
 * Writes a decision: one "subchannel" where it is integral, else "shares" over all of them.
 *
 * @param out the stream
 * @param instance the instance it belongs to
 * @param decision a valid decision
 */
void WriteDecision(std::ostream& out, const Instance& instance, const Decision& decision);

/**
 * @ingroup noma-core-io
 * Writes an evaluation.
 *
 * @param out the stream
 * @param evaluation the evaluation
 * @throws std::invalid_argument naming the first user whose utility is not finite
 */
void WriteEvaluation(std::ostream& out, const Evaluation& evaluation);

} // namespace noma
} // namespace ns3

#endif // NOMA_JSON_H
