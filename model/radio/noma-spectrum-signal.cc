/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-spectrum-signal.h"

#include "ns3/abort.h"

namespace ns3
{
namespace noma
{

Ptr<SpectrumSignalParameters>
NomaSpectrumSignalParameters::Copy() NOMA_CONST_SINCE_37
{
    return Create<NomaSpectrumSignalParameters>(*this);
}

Ptr<SpectrumModel>
MakeNomaSpectrumModel(double centerHz, double bandwidthHz, uint32_t subchannels)
{
    NS_ABORT_MSG_IF(subchannels == 0, "number of subchannels is 0: at least 1 is needed");
    NS_ABORT_MSG_IF(subchannels > 65535,
                    "number of subchannels is " << subchannels << ": at most 65535 are supported");
    NS_ABORT_MSG_IF(!(bandwidthHz > 0), "bandwidth is " << bandwidthHz << " Hz: must be above 0");
    NS_ABORT_MSG_IF(!(centerHz >= bandwidthHz / 2),
                    "band centre is " << centerHz << " Hz: must be at least half the bandwidth of "
                                      << bandwidthHz << " Hz");
    const double width = bandwidthHz / subchannels;
    const double low = centerHz - bandwidthHz / 2;
    Bands bands;
    bands.reserve(subchannels);
    for (uint32_t m = 0; m < subchannels; ++m)
    {
        bands.push_back({low + m * width, low + (m + 0.5) * width, low + (m + 1) * width});
    }
    return Create<SpectrumModel>(std::move(bands));
}

} // namespace noma
} // namespace ns3
