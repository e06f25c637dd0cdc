/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Decisions of one instance: what was read is evaluated, written and read again.
 */
#include "noma-fuzz.h"
#include "noma-random-instance.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-json.h"

#include <cmath>
#include <sstream>

using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    static const Instance instance = MakeRandomInstance({}, 1);
    Decision decision;
    if (!fuzz::Accepts([&] { decision = ParseDecision(fuzz::Text(data, size), instance); }))
    {
        return 0;
    }
    std::ostringstream once;
    WriteDecision(once, instance, decision);
    const Decision again = ParseDecision(once.str(), instance);
    std::ostringstream twice;
    WriteDecision(twice, instance, again);
    fuzz::Require(once.str() == twice.str(), "a decision reads back as it was written");

    const Evaluation evaluation = Evaluate(instance, decision);
    fuzz::Require(!std::isnan(evaluation.gamma), "Gamma is a number");
    if (std::isfinite(evaluation.gamma))
    {
        std::ostringstream text;
        WriteEvaluation(text, evaluation);
        ParseEvaluation(text.str());
    }
    if (fuzz::Accepts([&] { ValidateDecision(instance, decision, true); }))
    {
        fuzz::Require(std::isfinite(evaluation.gamma), "Gamma of what is feasible is finite");
    }
    return 0;
}
