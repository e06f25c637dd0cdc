/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DEVICE_PROFILE_H
#define NOMA_DEVICE_PROFILE_H

#include "noma-dnn-graph.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-dnn
 * Kinds of operators whose times a device profile tells apart.
 */
enum class DeviceKind : uint8_t
{
    CONV_1X1,     //!< convolutions with a 1x1 window; fully connected at many positions
    CONV_3X3,     //!< convolutions with a 3x3 window
    CONV,         //!< convolutions with other windows, transposed convolutions
    CONV_GROUPED, //!< convolutions in groups
    DEPTHWISE,    //!< convolutions with one group per channel
    FC,           //!< fully connected; 1x1 convolutions with one output position
    POOL,         //!< max and average pools
    GLOBAL_POOL,  //!< pools over all positions
    CONCAT,       //!< concatenations
    ELEMENT_WISE, //!< sums, products, normalisations
    MOVE,         //!< padding, resizing, transposing, slicing, looking up
    MATMUL        //!< products of two activations, attention, recurrent and custom layers
};

/// @returns names of the kinds as in the JSON format, in the order of DeviceKind
const std::vector<std::string>& DeviceKindNames();

/**
 * @ingroup noma-core-dnn
 * Time of an operator: seconds + FLOPs/flopsPerSecond + bytes/bytesPerSecond.
 */
struct DeviceTerms
{
    double seconds{0};        //!< time of any operator of the kind (s)
    double flopsPerSecond{0}; //!< rate (FLOP/s), 0 = no time for FLOPs
    double bytesPerSecond{0}; //!< bandwidth (byte/s), 0 = no time for bytes
};

/**
 * @ingroup noma-core-dnn
 * How long operators take on a device (section "Time on a real device" of the model).
 */
struct DeviceProfile
{
    std::string name;                        //!< name
    double constantSeconds{0};               //!< time of a run beside its operators (s)
    double relativeSpread{0};                //!< root mean square of relative errors
    std::map<DeviceKind, DeviceTerms> kinds; //!< times by kind
};

/**
 * @ingroup noma-core-dnn
 * What a device profile wants to know of an operator.
 */
struct DeviceWork
{
    std::optional<DeviceKind> kind; //!< none if it runs inside the one before it or is no work
    double flops{0};                //!< floating-point operations
    double bytes{0};                //!< 4 for each element in, out or learned
};

/**
 * @ingroup noma-core-dnn
 * Kind and work of an operator. Activations and batch-norm run inside the operator before them;
 * of an input counts what windows cover, output times stride rows and columns at most.
 *
 * @param graph the network
 * @param v the operator's index
 * @returns its work
 */
DeviceWork GetDeviceWork(const DnnGraph& graph, std::size_t v);

/**
 * @ingroup noma-core-dnn
 * @param profile the device
 * @param graph the network
 * @returns seconds of every operator; their sum and the profile's constant are the network's time
 * @throws std::invalid_argument if the network has a kind that the profile has not
 */
std::vector<double> PredictSeconds(const DeviceProfile& profile, const DnnGraph& graph);

/**
 * @ingroup noma-core-dnn
 * The network with seconds for every layer, on a device and on one edge unit. The constant of the
 * device stands with the first layer and that of the edge with the last, so that a cut of the
 * sequence pays each where something runs.
 *
 * @param graph the network
 * @param device the device
 * @param edge the edge unit
 * @returns the network
 * @throws std::invalid_argument if a profile lacks a kind, or the network has seconds already
 */
DnnGraph WithDeviceSeconds(const DnnGraph& graph,
                           const DeviceProfile& device,
                           const DeviceProfile& edge);

/**
 * @ingroup noma-core-dnn
 * A profile of one speed for everything.
 *
 * @param flopsPerSecond the speed (FLOP/s)
 * @returns the profile
 */
DeviceProfile UniformDeviceProfile(double flopsPerSecond);

} // namespace noma
} // namespace ns3

#endif // NOMA_DEVICE_PROFILE_H
