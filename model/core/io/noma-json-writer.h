/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_JSON_WRITER_H
#define NOMA_JSON_WRITER_H

#include "ns3/noma-decision.h"
#include "ns3/noma-evaluation.h"

#include <nlohmann/json.hpp>
#include <string>

namespace ns3
{
namespace noma
{

/// @param instance a valid instance
/// @returns the JSON form
nlohmann::ordered_json InstanceToJson(const Instance& instance);

/// @param instance the instance
/// @param decision a valid decision of it
/// @returns the JSON form
nlohmann::ordered_json DecisionToJson(const Instance& instance, const Decision& decision);

/**
 * @param evaluation an evaluation
 * @returns the JSON form
 * @throws std::invalid_argument naming the first user whose utility is not finite
 */
nlohmann::ordered_json EvaluationToJson(const Evaluation& evaluation);

/**
 * The text of a document all of whose numbers are finite: JSON has no others, and null in their
 * place would pass for a result.
 *
 * @param json the document
 * @param indent spaces per level; below 0 = all in one line
 * @returns the text, ending with a line feed
 * @throws std::invalid_argument naming the first field that is not finite
 */
std::string JsonText(const nlohmann::ordered_json& json, int indent = 1);

} // namespace noma
} // namespace ns3

#endif // NOMA_JSON_WRITER_H
