/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-timeline-helper.h"

#include "ns3/energy-source.h"

namespace ns3
{
namespace noma
{

NomaTimelineHelper::NomaTimelineHelper()
{
    m_factory.SetTypeId(NomaTimeline::GetTypeId());
}

void
NomaTimelineHelper::Set(const std::string& name, const AttributeValue& value)
{
    m_factory.Set(name, value);
}

void
NomaTimelineHelper::SetParameters(
    const std::vector<std::pair<std::string, std::string>>& parameters)
{
    m_parameters = parameters;
}

Ptr<NomaTimeline>
NomaTimelineHelper::Enable(const std::string& file, NomaHelper& noma) const
{
    if (file.empty())
    {
        return nullptr;
    }
    const auto timeline = m_factory.Create<NomaTimeline>();
    timeline->Open(file, m_parameters);
    timeline->FollowNetwork(noma.GetNetwork());
    return timeline;
}

Ptr<NomaTimeline>
NomaTimelineHelper::Enable(const std::string& file,
                           NomaHelper& noma,
                           const SplitInferenceHelper& inference) const
{
    const auto timeline = Enable(file, noma);
    if (!timeline)
    {
        return nullptr;
    }
    const auto network = noma.GetNetwork();
    if (inference.GetController())
    {
        timeline->Slots()->FollowController(inference.GetController());
    }
    for (uint32_t n = 0; n < network->GetNAps(); ++n)
    {
        if (const auto server = inference.GetServer(n))
        {
            timeline->Tasks()->FollowServer(n, server);
        }
    }
    for (uint32_t i = 0; i < network->GetNUes(); ++i)
    {
        if (const auto client = inference.GetClient(i))
        {
            timeline->Tasks()->FollowClient(client);
        }
    }
    const auto batteries = inference.GetBatteries();
    for (uint32_t k = 0; k < batteries.GetN(); ++k)
    {
        const auto node = batteries.Get(k)->GetNode();
        for (uint32_t j = 0; j < node->GetNDevices(); ++j)
        {
            const auto device = DynamicCast<NomaUeNetDevice>(node->GetDevice(j));
            if (device && device->GetNetwork() == network)
            {
                timeline->Tasks()->FollowBattery(device->GetIndex(), batteries.Get(k));
            }
        }
    }
    return timeline;
}

} // namespace noma
} // namespace ns3
