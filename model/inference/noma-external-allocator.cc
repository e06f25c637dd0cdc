/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-external-allocator.h"

#include "ns3/noma-external-controller.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

ExternalAllocator::ExternalAllocator(ExternalController* outside,
                                     const SplitInferenceController* controller,
                                     std::unique_ptr<Allocator> allocator)
    : m_outside(outside),
      m_controller(controller),
      m_allocator(std::move(allocator))
{
}

std::string
ExternalAllocator::GetName() const
{
    return "external";
}

HonouredOptions
ExternalAllocator::GetHonouredOptions() const
{
    return m_allocator->GetHonouredOptions();
}

Allocation
ExternalAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& options)
{
    const std::vector<uint32_t>& ues = m_controller->GetDeciding();
    const bool asked = m_outside->IsRunning() &&
                       std::any_of(instance.users.begin(), instance.users.end(), [](const User& u) {
                           return u.options.size() > 1;
                       });
    const std::vector<double>* answer = nullptr;
    if (asked)
    {
        const std::size_t users = m_outside->GetLayout().users;
        const std::size_t most = m_outside->GetMaxCuts();
        constexpr std::size_t numbers = ExternalController::CUT_NUMBERS;
        std::vector<double> shown(users * (1 + numbers * most), 0.0);
        for (std::size_t j = 0; j < ues.size(); ++j)
        {
            const auto& choices = instance.users[j].options;
            shown[ues[j]] = choices.size() > 1;
            double* to = shown.data() + users + numbers * most * ues[j];
            for (const CutOption& cut : choices)
            {
                ExternalController::PutCut(cut, to);
                to += numbers;
            }
        }
        answer = m_outside->Ask(shown);
    }
    if (!answer)
    {
        return m_allocator->Allocate(instance, options);
    }
    Instance rest = instance;
    Decision last = options.warmStart ? *options.warmStart : Decision();
    std::vector<uint32_t> chosen(ues.size(), 0);
    for (std::size_t j = 0; j < ues.size(); ++j)
    {
        auto& choices = rest.users[j].options;
        chosen[j] = choices.size() > 1 ? static_cast<uint32_t>((*answer)[ues[j]]) : 0;
        choices = {instance.users[j].options[chosen[j]]};
    }
    for (UserDecision& u : last.users)
    {
        u.option = 0;
    }
    AllocatorOptions wishes = options;
    wishes.warmStart = options.warmStart ? &last : nullptr;
    Allocation allocation = m_allocator->Allocate(rest, wishes);
    for (std::size_t j = 0; j < ues.size(); ++j)
    {
        allocation.decision.users[j].option = chosen[j];
    }
    return allocation;
}

} // namespace noma
} // namespace ns3
