/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-link-study.h"

#include "noma-csi-estimator.h"
#include "noma-path-gain.h"
#include "noma-spectrum-channel.h"
#include "noma-spectrum-phy.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/node.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/pointer.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/**
 * @param ok whether a field is right
 * @param field its name
 * @param value its value
 * @param allowed what is allowed
 */
template <typename T>
void
Check(bool ok, const std::string& field, const T& value, const std::string& allowed)
{
    if (!ok)
    {
        std::ostringstream text;
        text << field << ": " << value << " is not allowed, must be " << allowed;
        throw std::invalid_argument(text.str());
    }
}

/// @param study checked field by field
void
Validate(const LinkStudy& study)
{
    const std::size_t users = study.snrDb.size();
    Check(users >= 1 && users <= 16,
          "snrDb",
          std::to_string(users) + " values",
          "a list of 1 to 16 values");
    Check(study.rate.size() == users,
          "rate",
          std::to_string(study.rate.size()) + " values",
          "a list of " + std::to_string(users) + " values, as snrDb");
    for (const double v : study.snrDb)
    {
        Check(std::abs(v) <= 200, "snrDb", v, "in [-200, 200] dB");
    }
    for (const double v : study.rate)
    {
        Check(v > 0 && v <= 100, "rate", v, "in (0, 100] bit per channel use");
    }
    for (const double v : study.interfererDb)
    {
        Check(std::abs(v) <= 200, "interfererDb", v, "in [-200, 200] dB");
    }
    Check(study.interfererDb.size() <= 64, "interfererDb", study.interfererDb.size(), "at most 64");
    if (study.direction == DOWNLINK)
    {
        Check(study.split.size() == users,
              "split",
              std::to_string(study.split.size()) + " values",
              "a list of " + std::to_string(users) + " values, as snrDb");
        for (const double v : study.split)
        {
            Check(v > 0 && v <= 1, "split", v, "in (0, 1]");
        }
        const double sum = std::accumulate(study.split.begin(), study.split.end(), 0.0);
        Check(sum <= 1 + 1e-9, "split", sum, "of sum at most 1");
    }
    else
    {
        Check(study.split.empty(), "split", "a value", "absent in the uplink");
    }
    Check(study.residual >= 0 && study.residual <= 1, "residual", study.residual, "in [0, 1]");
    Check(study.channelError >= 0 && study.channelError <= 1,
          "channelError",
          study.channelError,
          "in [0, 1]");
    Check(study.correlation >= 0 && study.correlation <= 0.999999,
          "correlation",
          study.correlation,
          "in [0, 0.999999]");
    Check(study.discRadius >= 0 && study.discRadius <= 1e6,
          "discRadius",
          study.discRadius,
          "in [0, 1e6]");
    Check(study.density >= 0 && study.density <= 1e12, "density", study.density, "in [0, 1e12]");
    Check(study.density == 0 || study.discRadius == 0, "density", study.density, "0 in a disc");
    Check(study.exponent > 0 && study.exponent <= 10, "exponent", study.exponent, "in (0, 10]");
    Check(!study.byPosition || (study.direction == UPLINK && study.order != LinkOrder::LISTED),
          "byPosition",
          study.byPosition,
          "0 unless it is an uplink with an order by gain or power");
    Check(study.csiAge == 0 || study.order != LinkOrder::LISTED,
          "csiAge",
          study.csiAge,
          "0 unless the order goes by gain or power");
    Check(study.blocks >= 1 && study.blocks <= 1000000000, "blocks", study.blocks, "in [1, 1e9]");
    Check(study.uses >= 1 && study.uses <= 1e9, "uses", study.uses, "in [1, 1e9]");
}

/// The network of a study.
class LinkNetwork
{
  public:
    /// @param study a valid study
    explicit LinkNetwork(const LinkStudy& study)
        : m_study(study),
          m_users(static_cast<uint32_t>(study.snrDb.size())),
          m_results(study.snrDb.size())
    {
        m_channel = study.channel;
        if (!m_channel)
        {
            m_channel = CreateObject<NomaSpectrumChannel>();
        }
        if (!m_channel->GetPropagationLossModel() &&
            !m_channel->GetSpectrumPropagationLossModel() && !IsField())
        {
            // there is but the matrix below, which stays as it is, and nothing else can see that
            NomaPathGain::Of(m_channel)->SetAttribute("Update", EnumValue(GAIN_UPDATE_MOVED));
        }
        m_loss = CreateObject<MatrixPropagationLossModel>();
        m_channel->AddPropagationLossModel(m_loss);
        const double width = study.uses / BlockTime().GetSeconds();
        m_up = MakeNomaSpectrumModel(10 * width, width, 1);
        m_down = MakeNomaSpectrumModel(20 * width, width, 1);
        if (study.fading)
        {
            m_fading = CreateObject<NomaBlockFadingModel>();
            m_fading->SetAttribute("CoherenceTime", TimeValue(BlockTime()));
            m_fading->SetAttribute("Correlation", DoubleValue(study.correlation));
            m_fading->AssignStreams(study.stream);
        }
        const auto interferers = static_cast<uint32_t>(study.interfererDb.size());
        const bool up = study.direction == UPLINK;
        const uint32_t ues = m_users + (up ? interferers : 0);
        const uint32_t aps = 1 + (up ? 0 : interferers);
        for (uint32_t i = 0; i < ues; ++i)
        {
            m_ues.push_back(MakePhy(NomaRole::UE, i));
        }
        for (uint32_t n = 0; n < aps; ++n)
        {
            m_aps.push_back(MakePhy(NomaRole::AP, n));
        }
        m_powerW = m_aps[0]->GetNoiseW();
        for (uint32_t i = 0; i < ues; ++i)
        {
            for (uint32_t n = 0; n < aps; ++n)
            {
                const double db = i >= m_users ? study.interfererDb[i - m_users]
                                  : n > 0      ? study.interfererDb[n - 1]
                                               : study.snrDb[i];
                m_loss->SetLoss(m_ues[i]->GetMobility(), m_aps[n]->GetMobility(), -db);
            }
        }
        m_random = CreateObject<UniformRandomVariable>();
        m_random->SetStream(study.stream + 1000);
        m_csi = CreateObject<NomaAgedCsiEstimator>();
        m_csi->SetAttribute("Delay", UintegerValue(study.csiAge));
        m_csi->SetDevices(m_ues, m_aps);
        m_policy = CreateObject<NomaOrderPolicy>();
        if (study.order == LinkOrder::POWER)
        {
            m_policy = CreateObject<NomaReceivedPowerOrder>();
        }
        m_rank.resize(m_users);
        std::iota(m_rank.begin(), m_rank.end(), 0);
    }

    /// @returns the results of all blocks
    std::vector<LinkStudyUser> Run()
    {
        Simulator::ScheduleNow(&LinkNetwork::Block, this);
        Simulator::Run();
        for (auto* side : {&m_ues, &m_aps})
        {
            for (const auto& phy : *side)
            {
                phy->Dispose();
            }
        }
        Simulator::Destroy();
        return m_results;
    }

  private:
    /// @returns the duration of a block; nothing depends on its value
    static Time BlockTime()
    {
        return MilliSeconds(1);
    }

    /**
     * @param role role
     * @param index index
     * @returns a physical layer on a node of its own
     */
    Ptr<NomaSpectrumPhy> MakePhy(NomaRole role, uint32_t index)
    {
        auto node = CreateObject<Node>();
        auto mobility = CreateObject<ConstantPositionMobilityModel>();
        node->AggregateObject(mobility); // keys the loss matrix
        // newer ns-3 channels take no loss between devices at the same place
        mobility->SetPosition({role == NomaRole::AP ? 1.0 : 0.0, static_cast<double>(index), 0});
        auto phy = CreateObject<NomaSpectrumPhy>();
        phy->SetIdentity(role, index);
        phy->SetBands(m_up, m_down);
        phy->SetMobility(mobility);
        phy->SetFading(m_fading);
        phy->SetChannel(m_channel);
        phy->AssignStreams(m_study.stream + 1 + 4 * index + (role == NomaRole::AP ? 2 : 0));
        phy->SetAttribute("MaxLayers", UintegerValue(16));
        phy->SetAttribute("ChannelErrorVariance", DoubleValue(m_study.channelError));
        phy->SetAttribute("ErrorPropagation", EnumValue(m_study.propagation));
        if (m_study.errorModel)
        {
            phy->SetAttribute("ErrorModel", PointerValue(m_study.errorModel));
        }
        if (m_study.residual > 0)
        {
            auto canceller = CreateObject<NomaResidualCanceller>();
            canceller->SetAttribute("Residual", DoubleValue(m_study.residual));
            phy->SetAttribute("Canceller", PointerValue(canceller));
        }
        phy->SetReceiveCallback(MakeCallback(&LinkNetwork::Receive, this));
        m_channel->AddRx(phy);
        return phy;
    }

    /// Ends a block and begins the next.
    void Block()
    {
        m_aps[0]->CloseSlot();
        for (uint32_t i = 0; i < m_users; ++i)
        {
            m_ues[i]->CloseSlot();
        }
        if (m_block++ == m_study.blocks)
        {
            return;
        }
        DropUsers();
        FindOrder();
        m_study.direction == UPLINK ? SendUp() : SendDown();
        Simulator::Schedule(BlockTime(), &LinkNetwork::Block, this);
    }

    /// @returns whether users are somewhere else in every block
    bool IsField() const
    {
        return m_study.discRadius > 0 || m_study.density > 0;
    }

    /// Puts users where they are in this block.
    void DropUsers()
    {
        if (!IsField())
        {
            return;
        }
        double squared = 0;
        for (uint32_t i = 0; i < m_users; ++i)
        {
            const double u = m_random->GetValue(); // below 1
            // the area up to the next point of a Poisson field is exponential
            squared = m_study.density > 0 ? squared - std::log1p(-u) / (M_PI * m_study.density)
                                          : m_study.discRadius * m_study.discRadius * u;
            const double lossDb = ToDb(1 + std::pow(squared, m_study.exponent / 2));
            m_loss->SetLoss(m_ues[i]->GetMobility(),
                            m_aps[0]->GetMobility(),
                            lossDb - m_study.snrDb[i]);
        }
    }

    /// Fills m_rank for this block.
    void FindOrder()
    {
        if (m_study.order == LinkOrder::LISTED)
        {
            return;
        }
        m_csi->Update(BlockTime());
        std::vector<OrderCandidate> group;
        for (uint32_t i = 0; i < m_users; ++i)
        {
            const double power = m_study.direction == UPLINK ? m_powerW : m_study.split[i];
            group.push_back({i, m_csi->Gain(m_study.direction, i, 0, 0), power, 1});
        }
        const auto order = m_policy->Order(m_study.direction, group);
        for (uint32_t k = 0; k < m_users; ++k)
        {
            m_rank[order[k]] = k;
        }
    }

    /// @param user user
    /// @returns where the parameters and results of a user are listed
    uint32_t Entry(uint32_t user) const
    {
        const bool byPosition = m_study.byPosition ||
                                (m_study.direction == DOWNLINK && m_study.order == LinkOrder::GAIN);
        return byPosition ? m_rank[user] : user;
    }

    /// @param user user
    /// @param powerW its power (W)
    /// @returns the layer of a user
    NomaLayer MakeLayer(uint32_t user, double powerW) const
    {
        NomaLayer layer;
        layer.grant.direction = m_study.direction;
        layer.grant.ue = user;
        layer.grant.powerW = powerW;
        layer.grant.rateBps = m_study.rate[Entry(user)] * m_study.uses / BlockTime().GetSeconds();
        layer.grant.order = m_rank[user];
        layer.blockBits =
            static_cast<uint64_t>(std::llround(m_study.rate[Entry(user)] * m_study.uses));
        return layer;
    }

    /// Sends an uplink block.
    void SendUp()
    {
        std::vector<Grant> grants;
        for (uint32_t i = 0; i < m_users; ++i)
        {
            const auto layer = MakeLayer(i, m_powerW);
            grants.push_back(layer.grant);
            m_ues[i]->StartTx({layer}, BlockTime());
        }
        for (uint32_t i = m_users; i < m_ues.size(); ++i)
        {
            NomaLayer layer;
            layer.grant.ue = i;
            layer.grant.ap = 1;
            layer.grant.powerW = m_powerW;
            m_ues[i]->StartTx({layer}, BlockTime());
        }
        m_aps[0]->OpenSlot(grants);
    }

    /// Sends a downlink block.
    void SendDown()
    {
        std::vector<NomaLayer> layers;
        for (uint32_t i = 0; i < m_users; ++i)
        {
            layers.push_back(MakeLayer(i, m_powerW * m_study.split[Entry(i)]));
        }
        m_aps[0]->StartTx(layers, BlockTime());
        for (uint32_t n = 1; n < m_aps.size(); ++n)
        {
            NomaLayer layer;
            layer.grant.direction = DOWNLINK;
            layer.grant.ue = m_users; // nobody here
            layer.grant.ap = n;
            layer.grant.powerW = m_powerW;
            m_aps[n]->StartTx({layer}, BlockTime());
        }
        for (uint32_t i = 0; i < m_users; ++i)
        {
            m_ues[i]->OpenSlot({layers[i].grant});
        }
    }

    /// @param outcomes outcomes of one receiver
    void Receive(const std::vector<LayerOutcome>& outcomes)
    {
        for (const auto& o : outcomes)
        {
            auto& result = m_results[Entry(o.grant.ue)];
            const double efficiency = SpectralEfficiency(o.sinr);
            ++result.blocks;
            result.lost += o.decoded ? 0 : 1;
            result.sumEfficiency += efficiency;
            result.sumSquares += efficiency * efficiency;
            result.sumErrorRate += o.blockErrorRate;
        }
    }

    const LinkStudy& m_study;                //!< what to do
    uint32_t m_users;                        //!< users in the group
    std::vector<LinkStudyUser> m_results;    //!< results so far
    Ptr<SpectrumChannel> m_channel;          //!< channel
    Ptr<MatrixPropagationLossModel> m_loss;  //!< mean gains
    Ptr<SpectrumModel> m_up;                 //!< uplink band
    Ptr<SpectrumModel> m_down;               //!< downlink band
    Ptr<NomaFadingModel> m_fading;           //!< fading
    std::vector<Ptr<NomaSpectrumPhy>> m_ues; //!< group, then interferers
    std::vector<Ptr<NomaSpectrumPhy>> m_aps; //!< access point, then interferers
    Ptr<UniformRandomVariable> m_random;     //!< where users are
    Ptr<NomaCsiEstimator> m_csi;             //!< gains, to order by
    double m_powerW{0};                      //!< power of a sender (W)
    Ptr<NomaOrderPolicy> m_policy;           //!< order policy
    std::vector<uint32_t> m_rank;            //!< position of each user
    uint64_t m_block{0};                     //!< blocks begun
};

} // namespace

double
LinkStudyUser::GetOutage() const
{
    return static_cast<double>(lost) / static_cast<double>(blocks);
}

double
LinkStudyUser::GetStandardError() const
{
    const double p = GetOutage();
    return std::sqrt(p * (1 - p) / static_cast<double>(blocks));
}

double
LinkStudyUser::GetEfficiency() const
{
    return sumEfficiency / static_cast<double>(blocks);
}

double
LinkStudyUser::GetEfficiencyError() const
{
    const double mean = GetEfficiency();
    const double variance = sumSquares / static_cast<double>(blocks) - mean * mean;
    return std::sqrt(std::max(variance, 0.0) / static_cast<double>(blocks));
}

std::vector<LinkStudyUser>
RunLinkStudy(const LinkStudy& study)
{
    Validate(study);
    LinkNetwork network(study);
    return network.Run();
}

} // namespace noma
} // namespace ns3
