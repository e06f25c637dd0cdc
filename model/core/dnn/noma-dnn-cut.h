/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DNN_CUT_H
#define NOMA_DNN_CUT_H

#include "noma-dnn-profile.h"
#include "noma-partition.h"

#include "ns3/noma-instance.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-dnn
 * How a cut becomes FLOPs and bits.
 */
struct DnnCutParameters
{
    double elementBits{32}; //!< bits of one element of a feature tensor and of the result
    double inputBits{8};    //!< bits of one element of the input
    /// Device speed (FLOP/s); only for profiles with measured seconds, which become FLOPs by it.
    double deviceFlopsPerSecond{0};
    /// Speed of one edge unit (FLOP/s); only for profiles with measured seconds.
    double edgeFlopsPerSecond{0};
};

/**
 * @ingroup noma-core-dnn
 * Cuts the sequence of vertices once, at every place: cut k leaves vertices 0..k on the device, so
 * that cut 0 is edge-only and the last is device-only. All the cuts of a chain; some of a DAG's.
 *
 * @param profile the DNN
 * @returns one set per vertex
 */
std::vector<DeviceSet> ChainCuts(const DnnProfile& profile);

/**
 * @ingroup noma-core-dnn
 * All cuts of a DAG: its down-closed sets that hold the input.
 *
 * @param profile the DNN
 * @param limit most cuts allowed
 * @returns the sets
 * @throws std::invalid_argument if there are more
 */
std::vector<DeviceSet> AllCuts(const DnnProfile& profile, uint64_t limit = 100000);

/// Which cuts of a DNN may be chosen.
enum class DnnCuts
{
    SEQUENCE, //!< ChainCuts()
    ALL       //!< UsefulCuts()
};

/**
 * @ingroup noma-core-dnn
 * The cuts of a DAG worth choosing from at any speeds and rates: of cuts with the same work on
 * device and edge the one that sends least (the first of equals), by increasing work on the device.
 * The first is edge-only and the last device-only. Of a chain, all cuts; of a DAG with more cuts
 * than the limit, those of its sequence.
 *
 * @param profile the DNN
 * @param parameters bits and speeds
 * @param limit most cuts to look at
 * @returns the sets
 * @throws std::invalid_argument naming the parameter that is out of range
 */
std::vector<DeviceSet> UsefulCuts(const DnnProfile& profile,
                                  const DnnCutParameters& parameters,
                                  uint64_t limit = 100000);

/**
 * @ingroup noma-core-dnn
 * A DNN with the cuts that may be chosen: what cut k of a list of options was made of.
 */
struct DnnModel
{
    DnnProfile profile;          //!< the DNN
    DnnCutParameters parameters; //!< bits and speeds
    std::vector<DeviceSet> cuts; //!< vertices on the device, by cut
};

/**
 * @ingroup noma-core-dnn
 * @param profile the DNN
 * @param device vertices on the device, down-closed
 * @param parameters bits and speeds
 * @returns what the cut costs; each crossing tensor counts once, however many children it has
 * @throws std::invalid_argument naming the parameter that is out of range
 */
CutOption MakeCutOption(const DnnProfile& profile,
                        const DeviceSet& device,
                        const DnnCutParameters& parameters);

/**
 * @ingroup noma-core-dnn
 * @param profile the DNN
 * @param cuts cuts of it
 * @param parameters bits and speeds
 * @returns one option per cut
 * @throws std::invalid_argument naming the parameter that is out of range
 */
std::vector<CutOption> MakeCutOptions(const DnnProfile& profile,
                                      const std::vector<DeviceSet>& cuts,
                                      const DnnCutParameters& parameters);

/**
 * @ingroup noma-core-dnn
 * Drops options that cannot be optimal for any speeds, rates and units: at given ones the utility
 * is linear in the four components, with factors >= 0. Where edgeFlops falls as deviceFlops rises,
 * as with uniform speeds, what is left is exactly the lower convex hull of (deviceFlops, upBits).
 * Otherwise an option is dropped if a mix of two others is no worse in any component, which may
 * keep some that a mix of three would exclude.
 *
 * @param options options
 * @returns indices of those worth keeping, by increasing deviceFlops
 */
std::vector<std::size_t> PruneCutOptions(const std::vector<CutOption>& options);

/**
 * @ingroup noma-core-dnn
 * @param profile the DNN
 * @param parameters bits; speeds (FLOP/s) of device and edge
 * @param rateBps rate of the link (bit/s)
 * @returns the graph that Partitioner takes; measured seconds where the profile has them
 * @throws std::invalid_argument naming the parameter that is out of range
 */
PartitionGraph MakePartitionGraph(const DnnProfile& profile,
                                  const DnnCutParameters& parameters,
                                  double rateBps);

} // namespace noma
} // namespace ns3

#endif // NOMA_DNN_CUT_H
