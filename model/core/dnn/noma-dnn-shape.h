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

/// Largest number of channels, rows or columns: keeps every sum in 32 bits.
constexpr uint32_t DNN_MAX_SIZE = 1U << 24;
/// The sizes that there are, in words.
constexpr const char* DNN_SIZES = "an integer from 1 to 16777216";

/**
 * @ingroup noma-core-dnn
 * A product that stays countable.
 *
 * @param a factor
 * @param b factor
 * @param name the layer, for the error
 * @returns the product
 * @throws std::invalid_argument if it is not below 2^48
 */
uint64_t DnnTimes(uint64_t a, uint64_t b, const std::string& name);

/**
 * @ingroup noma-core-dnn
 * Shape of the operators that move data or stand for what is given: input, results, custom, resize,
 * slice, split, gather, pad, reshape and transpose.
 *
 * @param op the operator; layer and parents are set
 * @param inputs shapes of its inputs
 * @returns whether it is one of them
 * @throws std::invalid_argument with one line naming the layer, the value and what is allowed
 */
bool InferMovement(DnnOperator& op, const std::vector<DnnShape>& inputs);

/**
 * @ingroup noma-core-dnn
 * Shape, work and parameters of the operators on sequences, whose positions are rows and whose
 * features are channels: linear, matmul, attention, embedding, lstm and gru.
 *
 * @param op the operator; layer and parents are set
 * @param inputs shapes of its inputs
 * @returns whether it is one of them
 * @throws std::invalid_argument with one line naming the layer, the value and what is allowed
 */
bool InferSequence(DnnOperator& op, const std::vector<DnnShape>& inputs);

/**
 * @ingroup noma-core-dnn
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
