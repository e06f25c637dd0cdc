/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DNN_JSON_KEYS_H
#define NOMA_DNN_JSON_KEYS_H

#include "ns3/noma-dnn-graph.h"

#include <set>
#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * Keys of a layer in "noma-dnn/1" that only some operators know.
 */
struct DnnLayerKeys
{
    std::set<std::string> required; //!< must be there
    std::set<std::string> optional; //!< may be there
};

/**
 * @ingroup noma-core-io
 * The keys of an operator.
 *
 * @param op the operator
 * @returns those beside name, op, inputs, vertex and seconds
 */
const DnnLayerKeys& KeysOfDnnOp(DnnOp op);

} // namespace noma
} // namespace ns3

#endif // NOMA_DNN_JSON_KEYS_H
