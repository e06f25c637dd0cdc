/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Tables of block error rates: what was read gives probabilities.
 */
#include "noma-fuzz.h"

#include "ns3/noma-error-model.h"

#include <cmath>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    static const Ptr<NomaTableErrorModel> model = CreateObject<NomaTableErrorModel>();
    std::istringstream in(fuzz::Text(data, size));
    if (!fuzz::Accepts([&] { model->SetCurves(ReadErrorCurves(in, "table")); }))
    {
        return 0;
    }
    for (const double sinr : {0.0, 1e-3, 1.0, 7.5, 1e6})
    {
        for (const double bits : {1.0, 1000.0, 1e9})
        {
            const double rate = model->BlockErrorRate(sinr, bits, 1000);
            fuzz::Require(rate >= 0 && rate <= 1, "an error rate is a probability");
        }
        const double bits = model->MaxBits(sinr, 1000, 0.1);
        fuzz::Require(std::isfinite(bits) && bits >= 0, "a block has a size");
        fuzz::Require(bits == 0 || model->BlockErrorRate(sinr, bits, 1000) <= 0.1 * (1 + 1e-6),
                      "the greatest block keeps the target");
    }
    return 0;
}
