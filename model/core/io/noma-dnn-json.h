/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DNN_JSON_H
#define NOMA_DNN_JSON_H

#include "ns3/noma-dnn-exits.h"

#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * Reads a DNN, format "noma-dnn/1":
 * @code
 * {"format": "noma-dnn/1", "name": "lenet-5", "provenance": "where it comes from (optional)",
 *  "input": {"channels": 1, "height": 28, "width": 28},
 *  "layers": [{"name": "conv1", "op": "conv", "outputs": 6, "kernel": 5, "padding": 2}, ...]}
 * @endcode
 * A layer has `name` and `op` and may have
 * - `inputs`: names of layers, "input" for the network's input; left out, the layer before it;
 * - `outputs`: channels of convolutions, features of fc, linear, embedding, lstm and gru;
 * - `kernel` (convolutions and pools need it), `stride` (1), `dilation` (1): n or [rows, columns];
 * - `padding` (0): n, [rows, columns] or [top, bottom, left, right];
 * - `ceil` (pools, false): keep a last window that hangs over the edge;
 * - `groups` (1); `bias` (true);
 * - what only some operators have, see KeysOfDnnOp() and DnnDetail;
 * - `vertex`: name of its vertex in the fused view (DnnProfile);
 * - `deviceSeconds`, `edgeSeconds`: measured times; both for all layers or for none.
 *
 * Operators are those of DnnOpNames(), and `input` with a `shape` for inputs beyond the first. An
 * input may also be {"channels": 768, "length": 128}: positions are rows.
 *
 * Beside its layers a network may name exits, see ParseDnnExits(). The graph is then that of the
 * last one.
 *
 * @param text the JSON text
 * @returns the graph
 * @throws std::invalid_argument with one line naming place, value and what is allowed
 */
DnnGraph ParseDnn(const std::string& text);

/**
 * @ingroup noma-core-io
 * Reads a DNN with its exits:
 * @code
 * "exits": [{"name": "early", "layer": "branch1-softmax", "accuracy": 0.7,
 *            "accuracyByBits": [{"bits": 8, "accuracy": 0.69}, {"bits": 4, "accuracy": 0.55}]},
 *           {"name": "final", "layer": "softmax", "accuracy": 0.8}]
 * @endcode
 * Each exit is a layer whose output is the answer, with the accuracy of that answer over all
 * inputs: of features as they are, and by the bits of a value that crosses a cut. Every layer must
 * lead to an exit.
 *
 * @param text the JSON text
 * @param size height and width of the input, 0 = as in the file
 * @returns the exits in the order of the file; one without a name if it names none
 * @throws std::invalid_argument with one line naming place, value and what is allowed
 */
std::vector<DnnExit> ParseDnnExits(const std::string& text, uint32_t size = 0);

/// @param graph the graph
/// @returns a DNN in the same format
std::string FormatDnn(const DnnGraph& graph);

} // namespace noma
} // namespace ns3

#endif // NOMA_DNN_JSON_H
