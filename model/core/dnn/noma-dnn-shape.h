/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DNN_SHAPE_H
#define NOMA_DNN_SHAPE_H

#include "noma-dnn-graph.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core
 * Checks the description of one operator against its inputs and fills in its output shape, work
 * and parameters.
 *
 * @param op the operator; layer and parents are set
 * @param inputs shapes of its inputs, in the order of its parents
 * @throws std::invalid_argument with one line naming the layer, the value and what is allowed
 */
void InferDnnOperator(DnnOperator& op, const std::vector<DnnShape>& inputs);

} // namespace noma
} // namespace ns3

#endif // NOMA_DNN_SHAPE_H
