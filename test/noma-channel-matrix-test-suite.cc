/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/constant-velocity-mobility-model.h"
#include "ns3/double.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-link-adaptation.h"
#include "ns3/noma-round-robin-scheduler.h"
#include "ns3/noma-spectrum-channel.h"
#include "ns3/pointer.h"
#include "ns3/spectrum-propagation-loss-model.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// How a model behaves.
enum Kind
{
    FUNCTION, //!< a function of the positions
    SETTLED,  //!< draws random values and keeps them
    DRAWN     //!< draws random values at every call
};

/// A loss model of ns-3, or a chain.
struct Loss
{
    std::string models; //!< types with attributes as ObjectFactory reads them, with blanks between
    std::string change; //!< attribute and value that the last one gets in a changing channel
    double apHeight;    //!< height of the access points (m)
    Kind kind;          //!< how it behaves
    std::string spectrum; //!< type of the spectrum loss model, if any
};

/// What happens to nodes and channel.
enum Scenario
{
    STATIC,   //!< nothing
    MOVING,   //!< users move
    MATRIX,   //!< a matrix model at the end of the chain changes
    ATTRIBUTE //!< an attribute of the first model changes
};

/// @returns an object @tparam T type @param description type and attributes
template <typename T>
Ptr<T>
Make(const std::string& description)
{
    ObjectFactory factory;
    std::istringstream in(description);
    in >> factory;
    auto object = factory.Create<T>();
    const std::string name = object->GetInstanceTypeId().GetName();
    const std::string family = "PropagationLossModel";
    if (name.find("ns3::ThreeGpp") == 0)
    {
        const std::string place = name.substr(0, name.find(family));
        const bool indoor = place == "ns3::ThreeGppIndoorOffice";
        ObjectFactory condition((indoor ? "ns3::ThreeGppIndoorMixedOffice" : place) +
                                "ChannelConditionModel");
        object->SetAttribute("ChannelConditionModel", PointerValue(condition.Create<Object>()));
    }
    if (name == "ns3::RandomPropagationLossModel")
    {
        object->SetAttribute("Variable", StringValue("ns3::UniformRandomVariable[Min=0|Max=9]"));
    }
    return object;
}

/// What a run saw.
struct Seen
{
    std::vector<double> sinr;     //!< received SINRs in order
    double worst{0};              //!< greatest relative difference of predicted and received
    uint32_t wholeSlots{0};       //!< slots in which all grants were used
    double reciprocity{0};        //!< greatest relative difference of the two directions
    uint32_t wrongAssociation{0}; //!< users that are not served by the best access point
    uint32_t handOvers{0};        //!< changes of association after the first
    double firstGain{0};          //!< a path gain at the start
    double lastGain{0};           //!< the same at the end
};

/// Two cells with four users on a channel of choice.
class MatrixRun
{
  public:
    /// @param fast whether the channel is a NomaSpectrumChannel @param loss loss
    /// @param scenario scenario @returns what it saw
    static Seen Run(bool fast, const Loss& loss, Scenario scenario)
    {
        MatrixRun run(fast, loss, scenario);
        Simulator::Stop(MicroSeconds(12500));
        Simulator::Run();
        Simulator::Destroy();
        for (const auto& model : run.m_losses)
        {
            model->Dispose(); // JakesPropagationLossModel and its processes hold each other
        }
        return run.m_seen;
    }

  private:
    /// @param fast whether the channel is a NomaSpectrumChannel @param loss loss
    /// @param scenario scenario
    MatrixRun(bool fast, const Loss& loss, Scenario scenario)
    {
        Ptr<SpectrumChannel> channel = CreateObject<NomaSpectrumChannel>();
        if (!fast)
        {
            channel = CreateObject<MultiModelSpectrumChannel>();
        }
        auto matrix = CreateObject<MatrixPropagationLossModel>();
        matrix->SetDefaultLoss(0);
        if (scenario == MATRIX)
        {
            channel->AddPropagationLossModel(matrix);
        }
        Ptr<PropagationLossModel> first;
        std::istringstream models(loss.models);
        for (std::string model; models >> model;)
        {
            first = Make<PropagationLossModel>(model);
            channel->AddPropagationLossModel(first);
            m_losses.emplace_back(first);
        }
        if (!loss.spectrum.empty())
        {
            channel->AddSpectrumPropagationLossModel(
                Make<SpectrumPropagationLossModel>(loss.spectrum));
        }
        auto& helper = m_network.helper;
        helper.SetChannel(channel);
        helper.SetFading("ns3::noma::NomaBlockFadingModel",
                         "CoherenceTime",
                         TimeValue(MilliSeconds(3)));
        helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(1));
        helper.SetNetworkAttribute("Subchannels", UintegerValue(3));
        helper.SetNetworkAttribute("AssociationInterval", TimeValue(MilliSeconds(1)));
        helper.SetNetworkAttribute("Hysteresis", DoubleValue(0));
        helper.SetNetworkAttribute("MaxPathLoss", DoubleValue(250));
        auto adaptation = CreateObject<NomaLinkAdaptation>();
        adaptation->SetAttribute("OuterLoop", BooleanValue(false));
        helper.SetScheduler("ns3::noma::RoundRobinScheduler",
                            "LinkAdaptation",
                            PointerValue(adaptation));
        const double z = loss.apHeight;
        m_network.apNodes = TestNetwork::Place({{0, 0, z}, {300, 0, z}});
        for (const double x : {40, 90, 200, 270})
        {
            auto mobility = CreateObject<ConstantVelocityMobilityModel>();
            mobility->SetPosition({x, 0.2 * x, 1.5});
            mobility->SetVelocity({scenario == MOVING ? 1000.0 : 0.0, 200, 0});
            if (scenario != MOVING)
            {
                mobility->SetVelocity({0, 0, 0});
            }
            auto node = CreateObject<Node>();
            node->AggregateObject(mobility);
            m_network.ueNodes.Add(node);
        }
        m_network.aps = helper.InstallAp(m_network.apNodes);
        m_network.ues = helper.InstallUe(m_network.ueNodes);
        helper.AssignStreams({m_network.aps, m_network.ues}, 1);
        const auto network = m_network.Network();
        network->TraceConnectWithoutContext("Slot", MakeCallback(&MatrixRun::Slot, this));
        network->TraceConnectWithoutContext("Block", MakeCallback(&MatrixRun::Block, this));
        network->TraceConnectWithoutContext("Association",
                                            MakeCallback(&MatrixRun::Associate, this));
        for (uint32_t n = 0; n < 150; ++n)
        {
            Simulator::Schedule(NanoSeconds(1), &MatrixRun::Offer, this);
        }
        const std::string name = loss.change.substr(0, loss.change.find('='));
        const std::string value = loss.change.substr(loss.change.find('=') + 1);
        Simulator::Schedule(MicroSeconds(5500), [this, scenario, matrix, first, name, value] {
            for (uint32_t i = 0; scenario == MATRIX && i < 4; ++i)
            {
                matrix->SetLoss(m_network.ueNodes.Get(i)->GetObject<MobilityModel>(),
                                m_network.apNodes.Get(0)->GetObject<MobilityModel>(),
                                40);
            }
            if (scenario == ATTRIBUTE)
            {
                first->SetAttribute(name, StringValue(value));
            }
        });
    }

    /// Gives each link a frame.
    void Offer()
    {
        for (uint32_t i = 0; i < m_network.ues.GetN(); ++i)
        {
            const auto ap = m_network.aps.Get(i / 2);
            const auto ue = m_network.ues.Get(i);
            ap->Send(Create<Packet>(1400), ue->GetAddress(), 0x0800);
            ue->Send(Create<Packet>(1400), ap->GetAddress(), 0x0800);
        }
    }

    /// @param snapshot network @param grants grants
    void Slot(const SlotSnapshot& snapshot, const std::vector<Grant>& grants)
    {
        // a grant too small for a header is withdrawn, and then there is less interference
        if (snapshot.slot > 0 && m_blocks == m_grants)
        {
            ++m_seen.wholeSlots;
            m_seen.worst = std::max(m_seen.worst, m_worst);
        }
        m_grants = grants.size();
        m_blocks = 0;
        m_worst = 0;
        const auto csi = m_network.Network()->GetCsiEstimator();
        m_width = snapshot.subchannelHz.up;
        for (uint32_t i = 0; i < snapshot.ues.size(); ++i)
        {
            double best = 0;
            for (uint32_t n = 0; n < snapshot.aps; ++n)
            {
                const double down = csi->GetPathGain(DOWNLINK, i, n);
                const double up = csi->GetPathGain(UPLINK, i, n);
                best = std::max(best, down);
                if (down > 0)
                {
                    m_seen.reciprocity = std::max(m_seen.reciprocity, std::abs(up / down - 1));
                }
            }
            const uint32_t ap = snapshot.ues[i].ap;
            m_seen.wrongAssociation +=
                best > 0 && (ap == NONE || csi->GetPathGain(DOWNLINK, i, ap) < best);
        }
        m_seen.lastGain = csi->GetPathGain(DOWNLINK, 0, 0);
        m_seen.firstGain = snapshot.slot == 0 ? m_seen.lastGain : m_seen.firstGain;
    }

    /// @param outcome outcome
    void Block(const GrantOutcome& outcome)
    {
        const double predicted = std::expm1(outcome.grant.rateBps / m_width * std::log(2.0));
        m_seen.sinr.push_back(outcome.sinr);
        const double difference = std::abs(predicted / outcome.sinr - 1);
        m_worst = std::max(m_worst, std::isfinite(difference) ? difference : 1e9);
        ++m_blocks;
    }

    /// @param ue user @param from access point before @param to access point now
    void Associate(uint32_t /* ue */, uint32_t from, uint32_t to)
    {
        m_seen.handOvers += from != NONE && to != NONE;
    }

    TestNetwork m_network;             //!< network
    std::vector<Ptr<Object>> m_losses; //!< loss models
    Seen m_seen;                       //!< what it saw
    double m_width{0};                 //!< width of a subchannel (Hz)
    std::size_t m_grants{0};           //!< grants of the slot
    std::size_t m_blocks{0};           //!< blocks of the slot
    double m_worst{0}; //!< greatest difference of predicted and received in the slot
};

/**
 * @ingroup noma-test
 * Whatever the channel does, scheduler, receivers and association know of it: every loss model of
 * ns-3's propagation and spectrum modules, alone and in chains, on both channels.
 */
class ChannelMatrixTestCase : public TestCase
{
  public:
    /// @param loss loss models
    explicit ChannelMatrixTestCase(const Loss& loss)
        : TestCase(Describe(loss)),
          m_loss(loss)
    {
    }

  private:
    /// @returns a name of the test without characters that are not allowed @param loss loss models
    static std::string Describe(const Loss& loss)
    {
        std::string name = loss.models + " " + loss.spectrum;
        std::replace(name.begin(), name.end(), '|', ',');
        return "predicted = received, reciprocity, association: " + name;
    }

    void DoRun() override
    {
        for (const Scenario scenario : {STATIC, MOVING, MATRIX, ATTRIBUTE})
        {
            if (scenario == ATTRIBUTE && m_loss.change.empty())
            {
                continue;
            }
            std::vector<Seen> seen;
            for (const bool fast : {true, false})
            {
                if (!fast && m_loss.kind == DRAWN)
                {
                    continue; // there every signal has a draw of its own
                }
                std::ostringstream what;
                what << GetName() << ", scenario " << scenario << (fast ? ", fast" : ", ns-3");
                seen.push_back(MatrixRun::Run(fast, m_loss, scenario));
                Check(seen.back(), scenario, what.str());
            }
            if (m_loss.kind == FUNCTION)
            {
                NS_TEST_ASSERT_MSG_EQ(seen[0].sinr.size(), seen[1].sinr.size(), GetName());
                for (std::size_t i = 0; i < seen[0].sinr.size(); ++i)
                {
                    NS_TEST_ASSERT_MSG_EQ(IsClose(seen[0].sinr[i], seen[1].sinr[i], 1e-9),
                                          true,
                                          GetName() << ": the two channels: " << seen[0].sinr[i]
                                                    << " and " << seen[1].sinr[i]);
                }
            }
        }
    }

    /// @param seen what a run saw @param scenario scenario @param what description
    void Check(const Seen& seen, Scenario scenario, const std::string& what)
    {
        NS_TEST_EXPECT_MSG_GT(seen.sinr.size(), 60, what << ": number of blocks");
        NS_TEST_EXPECT_MSG_GT(seen.wholeSlots, 3, what << ": number of slots compared");
        NOMA_TEST_EXPECT_NEAR(seen.worst, 0, 1e-9, what << ": predicted over received");
        // not for what the two bands do not share, nor for draws beside a matrix of directed values
        const bool directed = scenario == MATRIX && m_loss.kind == DRAWN;
        if (m_loss.spectrum.find("Friis") == std::string::npos && !directed)
        {
            NOMA_TEST_EXPECT_NEAR(seen.reciprocity, 0, 1e-9, what << ": reciprocity");
        }
        NS_TEST_EXPECT_MSG_EQ(seen.wrongAssociation, 0, what << ": association");
        const bool changes = scenario != STATIC || m_loss.kind == DRAWN;
        const auto is = [&](const std::string& name) {
            return m_loss.models.find(name) != std::string::npos;
        };
        // user 0 stays in range, and moving is nothing to a fixed signal strength
        const bool constant = (is("Range") && m_loss.kind == FUNCTION && scenario != MATRIX) ||
                              (is("FixedRss") && scenario == MOVING);
        if (changes && !constant)
        {
            NS_TEST_EXPECT_MSG_NE(seen.firstGain, seen.lastGain, what << ": the gain changed");
        }
        if (scenario == MATRIX && m_loss.kind == FUNCTION)
        {
            NS_TEST_EXPECT_MSG_GT(seen.handOvers, 0, what << ": hand-over");
        }
        if (!changes && !is("Jakes"))
        {
            NS_TEST_EXPECT_MSG_EQ(seen.firstGain, seen.lastGain, what << ": the gain is constant");
            NS_TEST_EXPECT_MSG_EQ(seen.handOvers, 0, what << ": no hand-over");
        }
    }

    Loss m_loss; //!< loss models
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaChannelMatrixTestSuite : public TestSuite
{
  public:
    NomaChannelMatrixTestSuite()
        : TestSuite("noma-channel-matrix", Type::SYSTEM)
    {
        const std::string distance = "ns3::LogDistancePropagationLossModel";
        const std::string friis = "ns3::FriisPropagationLossModel[Frequency=2e9]";
        const std::string random = "ns3::RandomPropagationLossModel";
        const std::string nakagami = "ns3::NakagamiPropagationLossModel";
        const std::string gpp = "ns3::ThreeGpp";
        const std::string two = "PropagationLossModel[Frequency=2e9]";
        const std::string itu = "ns3::ItuR1411";
        const std::string flat = "ns3::ConstantSpectrumPropagationLossModel[Loss=10]";
        const std::string tilted = "ns3::FriisSpectrumPropagationLossModel";
        for (const Loss& loss : std::vector<Loss>{
                 {friis, "SystemLoss=3", 30, FUNCTION, ""},
                 {"ns3::TwoRayGroundPropagationLossModel", "SystemLoss=3", 30, FUNCTION, ""},
                 {distance, "Exponent=3.3", 30, FUNCTION, ""},
                 {"ns3::ThreeLogDistancePropagationLossModel",
                  "ReferenceLoss=55",
                  30,
                  FUNCTION,
                  ""},
                 {"ns3::FixedRssLossModel[Rss=-80]", "Rss=-90", 30, FUNCTION, ""},
                 {"ns3::RangePropagationLossModel[MaxRange=700]", "MaxRange=120", 30, FUNCTION, ""},
                 {"ns3::OkumuraHataPropagationLossModel", "CitySize=Small", 30, FUNCTION, ""},
                 {"ns3::Cost231PropagationLossModel", "Frequency=1.8e9", 30, FUNCTION, ""},
                 {itu + "LosPropagationLossModel", "Frequency=1.5e9", 30, FUNCTION, ""},
                 {itu + "NlosOverRooftopPropagationLossModel", "RooftopLevel=15", 30, FUNCTION, ""},
                 {"ns3::Kun2600MhzPropagationLossModel", "", 30, FUNCTION, ""},
                 {gpp + "Rma" + two, "", 35, SETTLED, ""},
                 {gpp + "Uma" + two, "", 25, SETTLED, ""},
                 {gpp + "UmiStreetCanyon" + two, "", 10, SETTLED, ""},
                 {gpp + "IndoorOffice" + two, "", 3, SETTLED, ""},
                 {"ns3::JakesPropagationLossModel " + friis, "", 30, SETTLED, ""},
                 {nakagami + " " + distance, "", 30, DRAWN, ""},
                 {random + " " + distance, "", 30, DRAWN, ""},
                 {random + " " + nakagami + " " + friis, "", 30, DRAWN, ""},
                 {"ns3::RangePropagationLossModel[MaxRange=900] " + gpp + "Uma" + two,
                  "",
                  25,
                  SETTLED,
                  ""},
                 {distance, "Exponent=3.3", 30, FUNCTION, flat},
                 {"ns3::RangePropagationLossModel[MaxRange=700]",
                  "MaxRange=120",
                  30,
                  FUNCTION,
                  tilted},
                 {nakagami, "", 30, DRAWN, tilted},
             })
        {
            AddTestCase(new ChannelMatrixTestCase(loss));
        }
    }
};

NomaChannelMatrixTestSuite g_nomaChannelMatrixTestSuite; //!< the suite

} // namespace
