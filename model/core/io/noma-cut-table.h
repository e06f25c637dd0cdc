/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CUT_TABLE_H
#define NOMA_CUT_TABLE_H

#include "ns3/noma-instance.h"

#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * What the cuts of a network cost, as measured or taken from elsewhere: a model without a network.
 */
struct CutTable
{
    std::string name;               //!< name of the model
    bool deviceSeconds{false};      //!< deviceFlops of the options are seconds
    bool edgeSeconds{false};        //!< edgeFlops of the options are seconds on one unit
    std::vector<std::string> names; //!< names of the cuts, may be empty
    std::vector<CutOption> options; //!< the cuts
};

/**
 * @ingroup noma-core-io
 * Reads a cut table: CSV with a line of column names, then a line per cut. Columns, in any order:
 * deviceFlops or deviceSeconds, edgeFlops or edgeSeconds, upBits, downBits and, if wanted, name.
 * Empty lines and those that begin with # are passed over.
 *
 * @param text the file
 * @param name name of the model
 * @returns the table
 * @throws std::invalid_argument with one line naming line, value and what is allowed
 */
CutTable ParseCutTable(const std::string& text, const std::string& name);

/**
 * @ingroup noma-core-io
 * The options of a table, in FLOPs.
 *
 * @param table the table
 * @param deviceFlopsPerSecond speed that makes seconds of the device FLOPs (FLOP/s)
 * @param edgeFlopsPerSecond speed of one edge unit, likewise
 * @returns the options
 * @throws std::invalid_argument if a speed that is needed is not positive
 */
std::vector<CutOption> MakeCutOptions(const CutTable& table,
                                      double deviceFlopsPerSecond,
                                      double edgeFlopsPerSecond);

} // namespace noma
} // namespace ns3

#endif // NOMA_CUT_TABLE_H
