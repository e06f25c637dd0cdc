/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-canceller.h"

#include "ns3/double.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaCanceller);
NS_OBJECT_ENSURE_REGISTERED(NomaResidualCanceller);

TypeId
NomaCanceller::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaCanceller")
                            .SetParent<Object>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaCanceller>();
    return tid;
}

NomaCanceller::~NomaCanceller() = default;

double
NomaCanceller::Residual(double sinr) const
{
    return std::clamp(DoResidual(sinr), 0.0, 1.0);
}

double
NomaCanceller::DoResidual(double /* sinr */) const
{
    return 0;
}

TypeId
NomaResidualCanceller::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaResidualCanceller")
            .SetParent<NomaCanceller>()
            .SetGroupName("Noma")
            .AddConstructor<NomaResidualCanceller>()
            .AddAttribute("Residual",
                          "Fraction of a decoded layer's power that cancellation leaves.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaResidualCanceller::m_residual),
                          MakeDoubleChecker<double>(0.0, 1.0));
    return tid;
}

double
NomaResidualCanceller::DoResidual(double /* sinr */) const
{
    return m_residual;
}

} // namespace noma
} // namespace ns3
