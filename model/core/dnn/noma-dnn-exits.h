/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DNN_EXITS_H
#define NOMA_DNN_EXITS_H

#include "noma-dnn-cut.h"

#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-dnn
 * The accuracy of an exit when the values that cross a cut have few bits.
 */
struct DnnPrecision
{
    double bits{0};     //!< bits of a crossing value
    double accuracy{0}; //!< accuracy of the answer, in [0, 1]
};

/**
 * @ingroup noma-core-dnn
 * One place where a network may be left, and all that has to run until there.
 */
struct DnnExit
{
    std::string name;   //!< name; empty = the network names no exits
    DnnGraph graph;     //!< the layers that lead to it, branches of others left out
    double accuracy{1}; //!< accuracy of its answer, in [0, 1]
    std::vector<DnnPrecision> precisions; //!< with features of few bits, by falling bits
};

/**
 * @ingroup noma-core-dnn
 * The layers that lead to one of them.
 *
 * @param layers layers of a network in any order
 * @param name name of the layer
 * @returns those that it needs and itself, in the same order
 * @throws std::invalid_argument if there is no such layer
 */
std::vector<DnnLayer> LayersUpTo(const std::vector<DnnLayer>& layers, const std::string& name);

/**
 * @ingroup noma-core-dnn
 * Cuts x exits x bits as options: exit after exit in their order, of each the cuts with features of
 * few bits, falling, and then all its cuts with the parameters' bits. The last option is the whole
 * last exit on the device. A cut that no feature crosses (the input alone, or nothing) has one
 * precision only; results keep the parameters' bits.
 *
 * @param exits the exits, at least one
 * @param parameters bits and speeds
 * @param cuts which cuts of each exit
 * @returns options with accuracy, number of the exit (from 1; 0 if it has no name) and bits
 * @throws std::invalid_argument naming the parameter or field that is out of range
 */
std::vector<CutOption> MakeExitOptions(const std::vector<DnnExit>& exits,
                                       const DnnCutParameters& parameters,
                                       DnnCuts cuts);

} // namespace noma
} // namespace ns3

#endif // NOMA_DNN_EXITS_H
