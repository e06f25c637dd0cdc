/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Stands in for measure-opencv.cc where OpenCV is not there to build with.
 */
#include "noma-measure-net.h"

#include <stdexcept>

namespace ns3
{
namespace noma
{

std::string
MeasuringLibrary()
{
    return "";
}

NetTimes
MeasureNet(const DnnGraph& graph, uint32_t /* runs */, uint32_t /* threads */)
{
    throw std::invalid_argument(graph.GetName() + ": this build cannot measure");
}

} // namespace noma
} // namespace ns3
