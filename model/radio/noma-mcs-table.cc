/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-mcs-table.h"

#include <algorithm>
#include <array>

namespace ns3
{
namespace noma
{

const std::vector<McsEntry>&
GetMcsTable(NomaMcsTable table)
{
    static const std::array<std::vector<McsEntry>, 4> TABLES{{
        {},
        {{2, 120}, {2, 157}, {2, 193}, {2, 251}, {2, 308}, {2, 379}, {2, 449}, {2, 526},
         {2, 602}, {2, 679}, {4, 340}, {4, 378}, {4, 434}, {4, 490}, {4, 553}, {4, 616},
         {4, 658}, {6, 438}, {6, 466}, {6, 517}, {6, 567}, {6, 616}, {6, 666}, {6, 719},
         {6, 772}, {6, 822}, {6, 873}, {6, 910}, {6, 948}},
        {{2, 120}, {2, 193}, {2, 308}, {2, 449}, {2, 602}, {4, 378},   {4, 434},
         {4, 490}, {4, 553}, {4, 616}, {4, 658}, {6, 466}, {6, 517},   {6, 567},
         {6, 616}, {6, 666}, {6, 719}, {6, 772}, {6, 822}, {6, 873},   {8, 682.5},
         {8, 711}, {8, 754}, {8, 797}, {8, 841}, {8, 885}, {8, 916.5}, {8, 948}},
        {{2, 30},  {2, 40},  {2, 50},  {2, 64},  {2, 78},  {2, 99},  {2, 120}, {2, 157},
         {2, 193}, {2, 251}, {2, 308}, {2, 379}, {2, 449}, {2, 526}, {2, 602}, {4, 340},
         {4, 378}, {4, 434}, {4, 490}, {4, 553}, {4, 616}, {6, 438}, {6, 466}, {6, 517},
         {6, 567}, {6, 616}, {6, 666}, {6, 719}, {6, 772}},
    }};
    return TABLES[table];
}

std::vector<double>
GetMcsEfficiencies(NomaMcsTable table)
{
    std::vector<double> efficiencies;
    for (const auto& entry : GetMcsTable(table))
    {
        efficiencies.push_back(entry.GetEfficiency());
    }
    // table 1 does not ascend where the modulation changes
    std::sort(efficiencies.begin(), efficiencies.end());
    return efficiencies;
}

double
RoundDownToMcs(const std::vector<double>& efficiencies, double possible)
{
    if (efficiencies.empty())
    {
        return possible;
    }
    const auto above = std::upper_bound(efficiencies.begin(), efficiencies.end(), possible);
    return above == efficiencies.begin() ? 0 : *(above - 1);
}

} // namespace noma
} // namespace ns3
