/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-wrap-around.h"

#include "ns3/abort.h"

#include <cmath>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaImageMobilityModel);
NS_OBJECT_ENSURE_REGISTERED(NomaWrapAround);

TypeId
NomaImageMobilityModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaImageMobilityModel")
                            .SetParent<ConstantPositionMobilityModel>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaImageMobilityModel>();
    return tid;
}

NomaImageMobilityModel::NomaImageMobilityModel() = default;

NomaImageMobilityModel::~NomaImageMobilityModel() = default;

Vector
NomaImageMobilityModel::DoGetPosition() const
{
    return Vector(m_place.x + m_shift.x, m_place.y + m_shift.y, m_place.z + m_shift.z);
}

void
NomaImageMobilityModel::DoSetPosition(const Vector& position)
{
    m_place = position;
    NotifyCourseChange();
}

Vector
NomaImageMobilityModel::DoGetVelocity() const
{
    return Vector(0, 0, 0);
}

TypeId
NomaWrapAround::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaWrapAround")
                            .SetParent<Object>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaWrapAround>();
    return tid;
}

NomaWrapAround::NomaWrapAround() = default;

NomaWrapAround::~NomaWrapAround() = default;

void
NomaWrapAround::SetHexagonal(uint32_t sites, double distanceM)
{
    NS_ABORT_MSG_IF(sites != 1 && sites != 7 && sites != 19,
                    "NomaWrapAround: sites is " << sites << ": must be 1, 7 or 19");
    // the cluster of i^2 + ij + j^2 sites repeats i steps along one axis and j along the next
    const double i = sites == 1 ? 1 : sites == 7 ? 2 : 3;
    const double j = i - 1;
    const double x = distanceM * (i + j / 2);
    const double y = distanceM * j * std::sqrt(3.0) / 2;
    m_periods.clear();
    for (int turn = 0; turn < 6; ++turn)
    {
        const double angle = turn * M_PI / 3;
        m_periods.emplace_back(x * std::cos(angle) - y * std::sin(angle),
                               x * std::sin(angle) + y * std::cos(angle),
                               0);
    }
}

Vector
NomaWrapAround::GetShift(const Vector& from, const Vector& to) const
{
    Vector shift(0, 0, 0);
    const auto squared = [&](const Vector& s) {
        const double dx = from.x + s.x - to.x;
        const double dy = from.y + s.y - to.y;
        return dx * dx + dy * dy;
    };
    // far away by many periods at a time; some passes, since they are not at right angles
    bool away = true;
    for (int pass = 0; away && pass < 64; ++pass)
    {
        away = false;
        for (const Vector& period : m_periods)
        {
            const double x = to.x - from.x - shift.x;
            const double y = to.y - from.y - shift.y;
            const double count = std::round((x * period.x + y * period.y) /
                                            (period.x * period.x + period.y * period.y));
            if (std::abs(count) >= 2)
            {
                away = true;
                shift.x += count * period.x;
                shift.y += count * period.y;
            }
        }
    }
    for (bool nearer = true; nearer;)
    {
        nearer = false;
        const Vector here = shift;
        double best = squared(here) * (1 - 1e-12); // rounding brings nothing nearer
        for (const Vector& period : m_periods)
        {
            const Vector next(here.x + period.x, here.y + period.y, 0);
            if (squared(next) < best)
            {
                best = squared(next) * (1 - 1e-12);
                shift = next;
                nearer = true;
            }
        }
    }
    return shift;
}

NomaWrapAround::View::View(const Ptr<const NomaWrapAround>& wrap,
                           const Ptr<MobilityModel>& ap,
                           const Ptr<MobilityModel>& ue)
{
    m_ap = wrap ? DynamicCast<NomaImageMobilityModel>(ap) : nullptr;
    if (m_ap)
    {
        m_ap->SetImage(wrap->GetShift(ap->GetPosition(), ue->GetPosition()));
    }
}

NomaWrapAround::View::~View()
{
    if (m_ap)
    {
        m_ap->SetImage(Vector(0, 0, 0));
    }
}

} // namespace noma
} // namespace ns3
