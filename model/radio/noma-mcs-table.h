/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_MCS_TABLE_H
#define NOMA_MCS_TABLE_H

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * The modulation-and-coding tables of 3GPP TS 38.214 for the downlink shared channel.
 */
enum NomaMcsTable : uint8_t
{
    MCS_TABLE_NONE, //!< no table: any rate
    MCS_TABLE_1,    //!< table 5.1.3.1-1, up to 64QAM
    MCS_TABLE_2,    //!< table 5.1.3.1-2, up to 256QAM
    MCS_TABLE_3     //!< table 5.1.3.1-3, up to 64QAM, low spectral efficiency
};

/**
 * @ingroup noma-radio
 * A row of a modulation-and-coding table.
 */
struct McsEntry
{
    uint32_t bitsPerSymbol{0}; //!< modulation order
    double codeRate1024{0};    //!< code rate times 1024

    /// @returns spectral efficiency (bit/s/Hz)
    double GetEfficiency() const
    {
        return bitsPerSymbol * codeRate1024 / 1024;
    }
};

/**
 * @ingroup noma-radio
 * The rows of a table.
 *
 * @param table which
 * @returns its rows by index; none for MCS_TABLE_NONE
 */
const std::vector<McsEntry>& GetMcsTable(NomaMcsTable table);

/**
 * @ingroup noma-radio
 * The spectral efficiencies of a table.
 *
 * @param table which
 * @returns spectral efficiencies (bit/s/Hz), ascending; none for MCS_TABLE_NONE
 */
std::vector<double> GetMcsEfficiencies(NomaMcsTable table);

/**
 * @ingroup noma-radio
 * The greatest spectral efficiency that a code has and the channel allows.
 *
 * @param efficiencies what codes give (bit/s/Hz), ascending; empty = any
 * @param possible what the channel allows (bit/s/Hz)
 * @returns the greatest one not above it (bit/s/Hz), 0 if there is none
 */
double RoundDownToMcs(const std::vector<double>& efficiencies, double possible);

} // namespace noma
} // namespace ns3

#endif // NOMA_MCS_TABLE_H
