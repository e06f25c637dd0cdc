/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-experiment.h"

#include "ns3/noma-module.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{
namespace experiment
{

std::vector<std::string>
Parts(const std::string& text)
{
    std::vector<std::string> parts;
    std::istringstream is(text);
    for (std::string part; std::getline(is, part, ',');)
    {
        parts.push_back(part);
    }
    return parts;
}

std::string
TermsName(Terms terms)
{
    switch (terms)
    {
    case Terms::SAME:
        return "same";
    case Terms::GREEDY:
        return "greedy";
    case Terms::PAPER:
        break;
    }
    return "paper";
}

std::string
TermsText(Terms terms)
{
    switch (terms)
    {
    case Terms::SAME:
        return "one slot rule and its powers for all";
    case Terms::GREEDY:
        return "greedy grants, the decision's powers";
    case Terms::PAPER:
        break;
    }
    return "as the paper: turns, greatest powers";
}

namespace
{

/// Slot rule of ECC-NOMA, and of all that is compared under the same rule.
const char* const BEST = "LiGdSlotRule";
/// Slot rule that carries out an allocator's shares.
const char* const CREDIT = "CreditRule";
/// Ends the name of a scheme under the rule and powers of ECC-NOMA.
const std::string SAME = "+same";
/// Slot rule that adds users greedily, and the end of the name of a scheme under it.
const char* const GREEDY = "SmithRule";
const std::string SMITH = "+smith";

/// @param name name
/// @param allocator allocator
/// @param says explanation
/// @returns a scheme as the paper has it
Scheme
AsPaper(const std::string& name, const std::string& allocator, const std::string& says)
{
    Scheme s;
    s.name = name;
    s.allocator = allocator;
    s.slotRule = CREDIT;
    s.splitRule = PLAIN;
    s.says = says;
    return s;
}

/// @param scheme scheme
/// @returns a scheme's decisions under the slot rule and powers of ECC-NOMA
Scheme
UnderSameRule(Scheme scheme)
{
    scheme.slotRule = BEST;
    scheme.superpose = scheme.superpose || scheme.allocator != "ecc-oma";
    scheme.maximumPower = false;
    if (scheme.terms == Terms::PAPER)
    {
        scheme.name += SAME;
        scheme.says += "; slots as ECC-NOMA";
    }
    scheme.terms = Terms::SAME;
    return scheme;
}

/// @param scheme scheme
/// @returns a scheme's decisions and powers with greedy grants
Scheme
UnderGreedyRule(Scheme scheme)
{
    scheme.name += SMITH;
    scheme.slotRule = GREEDY;
    scheme.maximumPower = false;
    scheme.says = "the plan of " + scheme.allocator + ", grants by " + GREEDY;
    scheme.terms = Terms::GREEDY;
    return scheme;
}

/// @param name name
/// @param end a suffix
/// @returns whether the name ends with it
bool
EndsWith(const std::string& name, const std::string& end)
{
    return name.size() >= end.size() &&
           name.compare(name.size() - end.size(), end.size(), end) == 0;
}

/// @returns schemes with a definition of their own, by name
const std::vector<Scheme>&
Defined()
{
    static const std::vector<Scheme> schemes = [] {
        Scheme noma = AsPaper("ecc-noma", "ecc-noma", "this module's best, NOMA");
        noma.terms = Terms::SAME;
        noma.splitRule = QUEUE; // slots go to whoever is through soonest, not in shares of time
        noma = UnderSameRule(noma);
        Scheme oma = AsPaper("ecc-oma", "ecc-oma", "the same with one user at a time");
        oma.terms = Terms::SAME;
        oma.splitRule = QUEUE;
        oma = UnderSameRule(oma);
        oma.superpose = false;
        Scheme liGd = AsPaper("li-gd", "li-gd", "Table I, NOMA, its own subchannels and powers");
        liGd.superpose = true;
        liGd.maximumPower = false;
        Scheme surgeon = AsPaper("dnn-surgeon", "dnn-surgeon", "DADS minimum cut, OMA");
        surgeon.splitRule = "DadsSplitRule";
        Scheme neurosurgeon = AsPaper("neurosurgeon", "neurosurgeon", "latency-best cut, OMA");
        neurosurgeon.cuts = DnnCuts::SEQUENCE;
        return std::vector<Scheme>{
            noma,
            oma,
            AsPaper("ecc-oma-credit", "ecc-oma", "ECC-OMA in time shares at greatest powers"),
            liGd,
            neurosurgeon,
            surgeon,
            AsPaper("edge-only", "edge-only", "everything at the edge, OMA"),
            AsPaper("device-only", "device-only", "everything on the device"),
        };
    }();
    return schemes;
}

/// @param name name
/// @returns the scheme of a name
/// @throws std::invalid_argument naming the known ones
Scheme
FindScheme(const std::string& name)
{
    if (EndsWith(name, SAME))
    {
        return UnderSameRule(FindScheme(name.substr(0, name.size() - SAME.size())));
    }
    if (EndsWith(name, SMITH))
    {
        return UnderGreedyRule(FindScheme(name.substr(0, name.size() - SMITH.size())));
    }
    for (const Scheme& s : Defined())
    {
        if (s.name == name)
        {
            return s;
        }
    }
    const auto allocators = AllocatorNames();
    if (std::find(allocators.begin(), allocators.end(), name) != allocators.end())
    {
        return AsPaper(name, name, "allocator of this name, OMA");
    }
    std::string message = "allocators: '" + name + "' is not one of all";
    for (const auto& s : Defined())
    {
        message.append(" ").append(s.name);
    }
    for (const auto& allocator : allocators)
    {
        message.append(" ").append(allocator);
    }
    throw std::invalid_argument(message + ", nor one of them and +same or +smith");
}

} // namespace

const std::vector<Scheme>&
Schemes()
{
    static const std::vector<Scheme> schemes = [] {
        std::vector<Scheme> all = Defined();
        all.push_back(FindScheme("neurosurgeon+same"));
        all.push_back(FindScheme("dnn-surgeon+same"));
        // rows of a kind stand together
        std::stable_sort(all.begin(), all.end(), [](const Scheme& a, const Scheme& b) {
            return a.terms == Terms::SAME && b.terms == Terms::PAPER;
        });
        return all;
    }();
    return schemes;
}

std::vector<Scheme>
SelectSchemes(const std::string& names)
{
    if (names == "all")
    {
        return Schemes();
    }
    std::vector<Scheme> selected;
    for (const auto& name : Parts(names))
    {
        selected.push_back(FindScheme(name));
    }
    if (selected.empty())
    {
        throw std::invalid_argument("allocators: empty, expected names or all");
    }
    return selected;
}

} // namespace experiment
} // namespace noma
} // namespace ns3
