/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-exits.h"

#include "ns3/noma-check.h"
#include "ns3/noma-quote.h"

#include <algorithm>
#include <map>
#include <set>

namespace ns3
{
namespace noma
{

std::vector<DnnLayer>
LayersUpTo(const std::vector<DnnLayer>& layers, const std::string& name)
{
    std::map<std::string, const DnnLayer*> byName;
    for (const DnnLayer& layer : layers)
    {
        byName[layer.name] = &layer;
    }
    if (byName.count(name) == 0)
    {
        ThrowInvalid(Quote(name), "the name of a layer", "exits: layer");
    }
    std::set<std::string> needed{name};
    for (std::vector<std::string> open{name}; !open.empty();)
    {
        const auto found = byName.find(open.back());
        open.pop_back();
        if (found == byName.end())
        {
            continue; // the input, or a name that the graph will complain about
        }
        for (const std::string& input : found->second->inputs)
        {
            if (needed.insert(input).second)
            {
                open.push_back(input);
            }
        }
    }
    std::vector<DnnLayer> kept;
    std::copy_if(layers.begin(),
                 layers.end(),
                 std::back_inserter(kept),
                 [&](const DnnLayer& layer) { return needed.count(layer.name) != 0; });
    return kept;
}

std::vector<CutOption>
MakeExitOptions(const std::vector<DnnExit>& exits,
                const DnnCutParameters& parameters,
                DnnCuts which)
{
    std::vector<CutOption> all;
    uint32_t number = 0;
    for (const DnnExit& exit : exits)
    {
        number += !exit.name.empty();
        const DnnProfile profile(exit.graph, DnnView::FUSED);
        const auto cuts =
            which == DnnCuts::SEQUENCE ? ChainCuts(profile) : UsefulCuts(profile, parameters);
        std::vector<CutOption> full = MakeCutOptions(profile, cuts, parameters);
        for (CutOption& o : full)
        {
            o.accuracy = exit.accuracy;
            o.exit = exit.name.empty() ? 0 : number;
            o.featureBits = parameters.elementBits;
        }
        for (const DnnPrecision& precision : exit.precisions)
        {
            if (precision.bits >= parameters.elementBits)
            {
                continue; // they are sent with fewer bits anyway
            }
            DnnCutParameters p = parameters;
            p.elementBits = precision.bits;
            const std::vector<CutOption> fewer = MakeCutOptions(profile, cuts, p);
            for (std::size_t k = 0; k < cuts.size(); ++k)
            {
                if (fewer[k].upBits < full[k].upBits)
                {
                    CutOption o = full[k];
                    o.upBits = fewer[k].upBits;
                    o.accuracy = precision.accuracy;
                    o.featureBits = precision.bits;
                    all.push_back(o);
                }
            }
        }
        all.insert(all.end(), full.begin(), full.end());
    }
    return all;
}

} // namespace noma
} // namespace ns3
