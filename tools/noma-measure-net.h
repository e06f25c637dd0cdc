/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_MEASURE_NET_H
#define NOMA_MEASURE_NET_H

#include "ns3/noma-dnn-graph.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * What a network took on this machine.
 */
struct NetTimes
{
    std::vector<double> seconds; //!< by operator, 0 = it ran inside another (s)
    double total{0};             //!< of a whole run (s)
};

/// @param values values, at least one @returns their median
inline double
Median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// @returns with what is measured, and its version; empty = this build cannot
std::string MeasuringLibrary();

/**
 * Runs a network with random weights.
 *
 * @param graph the network
 * @param runs runs that count, after one that does not; of each time the median
 * @param threads threads
 * @returns the times
 * @throws std::invalid_argument naming the layer that cannot be run
 */
NetTimes MeasureNet(const DnnGraph& graph, uint32_t runs, uint32_t threads);

} // namespace noma
} // namespace ns3

#endif // NOMA_MEASURE_NET_H
