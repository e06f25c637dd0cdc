/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-sic-receiver.h"

#include "ns3/noma-sic-rate.h"

namespace ns3
{
namespace noma
{

const char*
LayerResultName(LayerResult result)
{
    switch (result)
    {
    case LayerResult::DECODED:
        return "decoded";
    case LayerResult::BELOW_THRESHOLD:
        return "below threshold";
    case LayerResult::EARLIER_FAILED:
        return "earlier layer failed";
    case LayerResult::NO_SIGNAL:
        return "no signal";
    case LayerResult::TOO_MANY_LAYERS:
        return "too many layers";
    }
    return "unknown";
}

void
DecodeSic(const SicReceiver& receiver,
          const std::vector<SicLayer>& layers,
          std::size_t count,
          double outsideW,
          double uses,
          std::vector<SicStage>& stages)
{
    const std::size_t n = layers.size();
    // short vectors: groups of more than a few layers do not occur
    constexpr std::size_t SMALL = 8;
    double small[3 * SMALL];
    std::vector<double> large;
    double* work = small;
    if (n > SMALL)
    {
        large.resize(3 * n);
        work = large.data();
    }
    double* power = work;
    double* residual = work + n;
    double* interference = work + 2 * n;
    for (std::size_t k = 0; k < n; ++k)
    {
        power[k] = layers[k].powerW;
    }
    stages.assign(count, {});
    bool failed = false;
    DecodeInTurn(power, n, count, residual, interference, [&](std::size_t k) {
        auto& stage = stages[k];
        stage.signalW = power[k];
        stage.interferenceW = interference[k] + outsideW;
        stage.sinr = stage.signalW / stage.interferenceW;
        const bool tried = !layers[k].known;
        stage.blockErrorRate = tried ? receiver.errorModel->BlockErrorRate(
                                           (stage.sinr + layers[k].keptSinr) / receiver.snrGap,
                                           layers[k].bits,
                                           uses)
                                     : 0;
        if (tried && k >= receiver.maxLayers)
        {
            stage.result = LayerResult::TOO_MANY_LAYERS;
        }
        else if (tried && failed && receiver.propagation == PROPAGATION_STRICT)
        {
            stage.result = LayerResult::EARLIER_FAILED;
        }
        else if (layers[k].uniform < stage.blockErrorRate)
        {
            stage.result = LayerResult::BELOW_THRESHOLD;
        }
        else
        {
            stage.result = LayerResult::DECODED;
        }
        if (stage.result == LayerResult::DECODED || receiver.propagation == PROPAGATION_GENIE)
        {
            return receiver.canceller ? receiver.canceller->Residual(stage.sinr) : 0.0;
        }
        failed = true;
        return 1.0;
    });
}

} // namespace noma
} // namespace ns3
