/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * What is decided is what is sent: schemes with decisions per slot through packets.
 */
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/noma-li-gd-slot-rule.h"
#include "ns3/noma-split-inference-controller.h"
#include "ns3/pointer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// Changes a decision after the fact. slot is that of the decision.
using Change = std::function<void(Decision&, const Instance&, uint64_t slot)>;

/// Another allocator's decisions, changed.
class ChangedAllocator : public Allocator
{
  public:
    /// @param name of the allocator @param change what is changed
    ChangedAllocator(const std::string& name, Change change)
        : m_allocator(CreateAllocator(name)),
          m_change(std::move(change))
    {
    }

    std::string GetName() const override
    {
        return m_allocator->GetName() + " changed";
    }

    HonouredOptions GetHonouredOptions() const override
    {
        HonouredOptions honoured = m_allocator->GetHonouredOptions();
        honoured.seed = true; // tells the slot
        return honoured;
    }

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override
    {
        Allocation a = m_allocator->Allocate(instance, OnlyHonoured(*m_allocator, options));
        m_change(a.decision, instance, options.seed - 1);
        return a;
    }

    std::unique_ptr<Allocator> m_allocator; //!< whose decisions
    Change m_change;                        //!< what is changed
};

/// Grants of LiGdSlotRule, changed.
class ChangedRule : public SlotRule
{
  public:
    uint32_t shift{0}; //!< subchannels on by this many
    double factor{1};  //!< powers times this

    bool IsFinal() const override
    {
        return true;
    }

  private:
    void DoAssign(const SlotSnapshot& s,
                  SlotChannel& channel,
                  const std::vector<SlotUser>& users,
                  uint32_t k,
                  Direction d,
                  std::vector<Grant>& grants) override
    {
        const std::size_t first = grants.size();
        m_rule->SetContext(m_context);
        m_rule->Assign(s, channel, users, k, d, grants);
        for (std::size_t i = first; i < grants.size(); ++i)
        {
            grants[i].subchannel = (grants[i].subchannel + shift) % s.subchannels;
            grants[i].powerW *= factor;
        }
    }

    Ptr<LiGdSlotRule> m_rule{CreateObject<LiGdSlotRule>()}; //!< whose grants
};

/// A run of two cells.
struct Outcome
{
    std::string blocks;                //!< all blocks as text
    uint64_t entries{0};               //!< decided or granted
    uint64_t carried{0};               //!< of these, with data
    uint64_t asDecided{0};             //!< of these, as decided
    bool maximumPower{false};          //!< powers are not decided
    uint64_t limited{0};               //!< carried with another power than the entry's
    uint64_t unexplained{0};           //!< entries whose report does not add up
    uint64_t late{0};                  //!< slots whose report is not of the last decision's slot
    uint64_t evaluations{0};           //!< of the allocator
    double utility{0};                 //!< mean over tasks of delay plus energy
    uint64_t completed{0};             //!< tasks
    uint64_t decided{0};               //!< slot of the last decision
    std::vector<uint32_t> subchannels; //!< of uplink blocks
    std::vector<uint64_t> slots;       //!< of uplink blocks

    /// @param report of a slot
    void OnSlot(const SlotDecisionReport& report)
    {
        uint64_t sum = 0;
        for (uint64_t c : report.count)
        {
            sum += c;
        }
        unexplained += sum != report.entries.size();
        late += report.slot != decided;
        for (const auto& e : report.entries)
        {
            ++entries;
            if (e.blockBits > 0)
            {
                ++carried;
                const bool asPowered = IsClose(e.grant.powerW, e.decided.powerW, 1e-9);
                limited += !asPowered;
                const bool equal =
                    e.reason == GrantReason::AS_DECIDED && e.grant.ue == e.decided.ue &&
                    e.grant.subchannel == e.decided.subchannel && (asPowered || maximumPower);
                asDecided += equal;
                if (e.grant.direction == UPLINK)
                {
                    subchannels.push_back(e.grant.subchannel);
                    slots.push_back(report.slot);
                }
            }
        }
    }

    /// @param report of a decision
    void OnDecided(const ControlReport& report)
    {
        decided = report.slot;
        evaluations += report.solver.evaluations;
    }

    /// @param o a block
    void OnBlock(const GrantOutcome& o)
    {
        std::ostringstream os;
        os.precision(17);
        os << o.grant.direction << " " << o.grant.ue << " " << o.grant.subchannel << " "
           << o.grant.powerW << " " << o.blockBits << "\n";
        blocks += os.str();
    }
};

/**
 * @param allocator name
 * @param rule TypeId name
 * @param set further settings
 * @param perCell users of each of two cells
 * @returns what came of it
 */
Outcome
RunCells(const std::string& allocator,
         const std::string& rule,
         const std::function<void(SplitInferenceHelper&)>& set,
         uint32_t perCell = 4)
{
    Outcome outcome;
    Scene scene(2, perCell);
    auto& inference = scene.inference;
    inference.SetControllerAttribute("Allocator", StringValue(allocator));
    inference.SetControllerAttribute("SlotRule", StringValue(rule));
    inference.SetControllerAttribute("MaximumPower", BooleanValue(false));
    inference.SetModel("small",
                       {{0.0, 8e7, 4000000, 80000},
                        {2e7, 6e7, 3000000, 80000},
                        {5e7, 3e7, 1000000, 80000},
                        {8e7, 0.0, 0, 0}});
    inference.SetProcessorAttribute("ClockHz", DoubleValue(1e8));
    inference.SetProcessorAttribute("Kappa", DoubleValue(1e-24)); // 0.8 J on the device
    inference.SetWorkload("ns3::noma::PeriodicWorkload",
                          "Interval",
                          TimeValue(MilliSeconds(500)),
                          "MaxTasks",
                          UintegerValue(3));
    scene.Install();
    set(inference);
    auto controller = inference.GetController();
    BooleanValue greatest;
    controller->GetAttribute("MaximumPower", greatest);
    outcome.maximumPower = greatest.Get();
    controller->TraceConnectWithoutContext("Decided", MakeCallback(&Outcome::OnDecided, &outcome));
    controller->TraceConnectWithoutContext("SlotDecided", MakeCallback(&Outcome::OnSlot, &outcome));
    scene.noma.GetNetwork()->TraceConnectWithoutContext("Block",
                                                        MakeCallback(&Outcome::OnBlock, &outcome));
    Scene::Run(Seconds(20));
    for (const TaskRecord& r : inference.GetTracker()->GetRecords())
    {
        const Stages delay = r.DelayByStage();
        outcome.utility += delay.device + delay.up + delay.edge + delay.down;
        outcome.utility += r.energy.device + r.energy.up + r.energy.edge + r.energy.down;
        outcome.completed += r.IsCompleted();
    }
    outcome.utility /= static_cast<double>(std::max<uint64_t>(1, outcome.completed));
    Simulator::Destroy();
    return outcome;
}

const char* const CREDIT = "ns3::noma::CreditRule";  //!< follows the plan
const char* const LI_GD = "ns3::noma::LiGdSlotRule"; //!< decides itself

/// Changes nothing.
void
Nothing(SplitInferenceHelper& /* inference */)
{
}

/**
 * @ingroup noma-test
 * Where MaximumPower decides, an access point's budget is no deviation from a plan.
 */
class GreatestPowersTestCase : public TestCase
{
  public:
    GreatestPowersTestCase()
        : TestCase("greatest powers are as decided, though an access point's are limited together")
    {
    }

  private:
    void DoRun() override
    {
        const Outcome outcome = RunCells(
            "ecc-oma",
            CREDIT,
            [](SplitInferenceHelper& i) {
                i.GetController()->SetAttribute("MaximumPower", BooleanValue(true));
            },
            6);
        NS_TEST_EXPECT_MSG_EQ(outcome.completed, 36, "tasks");
        NS_TEST_EXPECT_MSG_GT(outcome.limited, 0, "grants below what one user may get");
        NS_TEST_EXPECT_MSG_EQ(outcome.asDecided, outcome.carried, "as decided");
        NS_TEST_EXPECT_MSG_EQ(outcome.unexplained, 0, "reasons add up");
    }
};

/**
 * @ingroup noma-test
 * Nearly all grants with data are as decided, decisions are those of their slot, and a scrambled
 * decision sends other packets.
 */
class ScrambleTestCase : public TestCase
{
  public:
    /// @param allocator name @param rule TypeId name
    ScrambleTestCase(const std::string& allocator, const std::string& rule)
        : TestCase("what is decided is what is sent: " + allocator + ", " + rule),
          m_allocator(allocator),
          m_rule(rule)
    {
    }

  private:
    void DoRun() override
    {
        const Outcome plain = RunCells(m_allocator, m_rule, Nothing);
        NS_TEST_EXPECT_MSG_EQ(plain.completed, 24, "tasks");
        NS_TEST_EXPECT_MSG_GT(plain.carried, 200, "blocks");
        NS_TEST_EXPECT_MSG_EQ(plain.unexplained, 0, "reasons add up");
        NS_TEST_EXPECT_MSG_EQ(plain.late, 0, "decisions of another slot");
        NS_TEST_EXPECT_MSG_EQ((plain.asDecided >= 0.99 * plain.carried),
                              true,
                              plain.asDecided << " of " << plain.carried << " as decided");
        const Outcome again = RunCells(m_allocator, m_rule, Nothing);
        NS_TEST_EXPECT_MSG_EQ((again.blocks == plain.blocks), true, "the same again");
        const auto changed = [&](uint32_t shift, double factor, const std::string& what) {
            const Outcome other = RunCells(m_allocator, m_rule, [&](SplitInferenceHelper& i) {
                if (m_rule == LI_GD)
                {
                    auto rule = CreateObject<ChangedRule>();
                    rule->shift = shift;
                    rule->factor = factor;
                    i.GetController()->SetAttribute("SlotRule", PointerValue(rule));
                }
                i.GetController()->SetAllocator(std::make_unique<ChangedAllocator>(
                    m_allocator,
                    [&](Decision& d, const Instance& instance, uint64_t /* slot */) {
                        for (std::size_t k = 0; k < d.users.size(); ++k)
                        {
                            Scramble(d.users[k], instance, instance.users[k], shift, factor);
                        }
                    }));
            });
            NS_TEST_EXPECT_MSG_EQ((other.blocks != plain.blocks), true, what);
            NS_TEST_EXPECT_MSG_EQ((other.asDecided >= 0.99 * other.carried), true, what);
        };
        changed(1, 1, "subchannels on by one");
        changed(0, 0.5, "half the power");
    }

    /// @param [in,out] u decision for a user @param instance the problem @param user its user
    /// @param shift of subchannels @param factor of powers
    static void Scramble(UserDecision& u,
                         const Instance& instance,
                         const User& user,
                         uint32_t shift,
                         double factor)
    {
        for (Direction d : DIRECTIONS)
        {
            LinkDecision& link = u.link[d];
            for (Share& share : link.shares)
            {
                share.subchannel = (share.subchannel + shift) % instance.subchannels;
            }
            std::sort(link.shares.begin(), link.shares.end(), [](const Share& a, const Share& b) {
                return a.subchannel < b.subchannel;
            });
            link.powerW =
                link.shares.empty() ? 0 : std::max(user.powerW[d].min, link.powerW * factor);
        }
    }

    std::string m_allocator; //!< name
    std::string m_rule;      //!< TypeId name
};

/**
 * @ingroup noma-test
 * A decision names the slot it was made for by its subchannel: the blocks of that slot use it.
 */
class SameSlotTestCase : public TestCase
{
  public:
    SameSlotTestCase()
        : TestCase("decisions are carried out in their slot")
    {
    }

  private:
    void DoRun() override
    {
        const Outcome o = RunCells(
            "li-gd",
            CREDIT,
            [](SplitInferenceHelper& i) {
                i.GetController()->SetAllocator(std::make_unique<ChangedAllocator>(
                    "li-gd",
                    [](Decision& d, const Instance& instance, uint64_t slot) {
                        for (auto& u : d.users)
                        {
                            for (Share& share : u.link.up.shares)
                            {
                                share.subchannel =
                                    static_cast<uint32_t>(slot % instance.subchannels);
                                share.share = 1;
                            }
                            if (!u.link.up.shares.empty())
                            {
                                u.link.up.shares.resize(1);
                            }
                        }
                    }));
            },
            3);
        NS_TEST_EXPECT_MSG_GT(o.slots.size(), 100, "blocks");
        uint64_t wrong = 0;
        for (std::size_t k = 0; k < o.slots.size(); ++k)
        {
            wrong += o.subchannels[k] != o.slots[k] % 4;
        }
        NS_TEST_EXPECT_MSG_EQ(wrong, 0, "blocks on the subchannel of another slot's decision");
    }
};

/**
 * @ingroup noma-test
 * Starting from the last decision changes the work of the allocator, not what users get.
 */
class WarmStartTestCase : public TestCase
{
  public:
    /// @param allocator name @param rule TypeId name
    WarmStartTestCase(const std::string& allocator, const std::string& rule)
        : TestCase("warm start changes work and costs no quality: " + allocator),
          m_allocator(allocator),
          m_rule(rule)
    {
    }

  private:
    void DoRun() override
    {
        const auto run = [this](bool warm) {
            return RunCells(m_allocator, m_rule, [warm](SplitInferenceHelper& i) {
                i.GetController()->SetAttribute("WarmStart", BooleanValue(warm));
            });
        };
        const Outcome warm = run(true);
        const Outcome cold = run(false);
        NS_TEST_EXPECT_MSG_EQ((warm.evaluations != cold.evaluations), true, "work");
        NS_TEST_EXPECT_MSG_LT(warm.utility, 1.005 * cold.utility, "delay plus energy of a task");
        if (m_allocator == "ecc-noma")
        {
            NS_TEST_EXPECT_MSG_GT(warm.utility, 0.995 * cold.utility, "nor better");
        }
    }

    std::string m_allocator; //!< allocator
    std::string m_rule;      //!< slot rule
};

/**
 * @ingroup noma-test
 * The suite.
 */
class SlotDecisionTestSuite : public TestSuite
{
  public:
    SlotDecisionTestSuite()
        : TestSuite("noma-slot-decision", Type::SYSTEM)
    {
        AddTestCase(new ScrambleTestCase("li-gd", CREDIT));
        AddTestCase(new ScrambleTestCase("ecc-noma", LI_GD));
        AddTestCase(new ScrambleTestCase("ecc-oma", LI_GD));
        AddTestCase(new GreatestPowersTestCase);
        AddTestCase(new SameSlotTestCase);
        AddTestCase(new WarmStartTestCase("ecc-noma", LI_GD));
        AddTestCase(new WarmStartTestCase("li-gd", CREDIT));
    }
};

SlotDecisionTestSuite g_slotDecisionTestSuite; //!< the suite

} // namespace
