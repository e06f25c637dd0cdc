/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-environment-helper.h"

#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"

#include <cerrno>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <unistd.h>

namespace ns3
{
namespace noma
{

namespace
{

/// Newer releases of ns-3 can count streams from the start again; older ones need fixed streams.
/// @tparam Manager RngSeedManager
template <typename Manager>
auto
RestartStreams(int /* preferred */) -> decltype(Manager::ResetNextStreamIndex())
{
    Manager::ResetNextStreamIndex();
}

/// See above.
template <typename Manager>
void
RestartStreams(long /* otherwise */)
{
}

/// A copy of standard output, while what is printed goes to standard error.
class OwnOutput
{
  public:
    /// @param out file descriptor to write to
    explicit OwnOutput(int out)
        : m_out(out)
    {
        if (out == STDOUT_FILENO)
        {
            m_copy = dup(out);
            if (m_copy < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
            {
                throw std::runtime_error(std::string("cannot copy standard output: ") +
                                         std::strerror(errno));
            }
            m_out = m_copy;
        }
    }

    OwnOutput(const OwnOutput&) = delete;
    OwnOutput& operator=(const OwnOutput&) = delete;

    ~OwnOutput()
    {
        if (m_copy >= 0)
        {
            close(m_copy);
        }
    }

    /// @returns file descriptor to write to
    int Get() const
    {
        return m_out;
    }

  private:
    int m_out;      //!< where to write
    int m_copy{-1}; //!< the copy, if there is one
};

} // namespace

EnvironmentHelper::EnvironmentHelper()
{
    m_factory.SetTypeId(ExternalController::GetTypeId());
}

void
EnvironmentHelper::SetAttribute(const std::string& name, const AttributeValue& value)
{
    m_factory.Set(name, value);
}

void
EnvironmentHelper::Attach(NomaHelper& noma, SplitInferenceHelper& inference)
{
    std::vector<Ptr<SplitInferenceClient>> clients;
    for (uint32_t ue = 0; clients.size() < noma.GetNetwork()->GetNUes(); ++ue)
    {
        clients.push_back(inference.GetClient(ue));
    }
    m_outside->Attach(inference.GetController(), clients);
    m_tracker = inference.GetTracker();
    m_attached = true;
}

void
EnvironmentHelper::Renew()
{
    m_outside = m_factory.Create<ExternalController>();
    m_attached = false;
}

EpisodeResult
EnvironmentHelper::Play(const Scenario& scenario, uint64_t seed, uint64_t run)
{
    RngSeedManager::SetSeed(static_cast<uint32_t>(seed + 1));
    RngSeedManager::SetRun(run);
    RestartStreams<RngSeedManager>(0);
    EpisodeResult result;
    try
    {
        scenario(*this);
        if (!m_attached)
        {
            throw std::logic_error("EnvironmentHelper: the scenario does not call Attach()");
        }
        Simulator::Run();
        m_outside->Rethrow();
        const std::vector<double> costs = m_outside->GetCosts();
        result.cost = std::accumulate(costs.begin(), costs.end(), 0.0);
        result.simulatedSeconds = Simulator::Now().GetSeconds();
    }
    catch (const std::exception&)
    {
        Simulator::Destroy();
        m_tracker = nullptr;
        throw;
    }
    Simulator::Destroy();
    m_tracker = nullptr;
    result.steps = m_outside->GetSteps();
    result.created = m_outside->GetCreated();
    result.completed = m_outside->GetCompleted();
    result.failed = m_outside->GetFailed();
    return result;
}

EpisodeResult
EnvironmentHelper::Run(const Scenario& scenario, uint64_t seed, uint64_t run)
{
    Renew();
    return Play(scenario, seed, run);
}

void
EnvironmentHelper::Serve(const Scenario& scenario, int in, int out)
{
    const OwnOutput own(out);
    ExternalLink link(in, own.Get());
    try
    {
        EnvironmentRequest request = link.Receive(nullptr);
        if (request.type != EnvironmentMessageType::HELLO)
        {
            throw std::invalid_argument("the first message is not hello");
        }
        const ExternalDecision decision = request.decision;
        Renew();
        m_outside->Connect(decision, nullptr);
        Play(scenario, 0, 1);
        const std::vector<uint8_t> hello = EncodeHello(decision, m_outside->GetLayout());
        link.Send(hello);
        request = link.Receive(nullptr);
        while (request.type != EnvironmentMessageType::CLOSE)
        {
            if (request.type != EnvironmentMessageType::RESET)
            {
                throw std::invalid_argument("hello: was said before, allowed: reset, close");
            }
            Renew();
            m_outside->Connect(decision, &link, hello);
            Play(scenario, request.seed, request.run);
            request = m_outside->IsOver() ? link.Receive(nullptr) : m_outside->GetRequest();
        }
    }
    catch (const std::exception& e)
    {
        try
        {
            link.Send(EncodeError(e.what()));
        }
        catch (const std::exception&)
        {
            // nobody is there to be told
        }
        throw;
    }
}

} // namespace noma
} // namespace ns3
