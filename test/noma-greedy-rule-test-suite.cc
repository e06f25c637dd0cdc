/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The greedy slot rules against a plain search with the rates written out.
 */
#include "noma-test-cells.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-greedy-rule.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// A user and its subchannel.
using Pick = std::pair<uint32_t, uint32_t>;

/// Value of 1 bit/s of a user.
using Value = std::function<double(uint32_t)>;

/// A network, what its users have to send, and a reference for who gets what.
struct GreedyScene
{
    Cells cells;                 //!< the network
    std::vector<SlotUser> users; //!< its users

    /// @param seed of gains, prices and backlogs
    explicit GreedyScene(int seed)
        : cells(3, 4, 3, 2, seed, 0.1)
    {
        std::mt19937_64 rng(seed);
        std::uniform_real_distribution<double> draw(0.2, 1);
        cells.s.residual = 0.05;
        cells.s.snrGap = 1.5;
        users.resize(cells.s.ues.size());
        for (uint32_t i = 0; i < users.size(); ++i)
        {
            SlotUser& u = users[i];
            for (Direction d : DIRECTIONS)
            {
                u.backlogBits[d] = std::floor(1.5e5 * draw(rng)); // caps some rates
                u.remainingBits[d] = u.backlogBits[d] * 3;
                u.originalBits[d] = u.backlogBits[d] * (3 + 5 * draw(rng));
                u.powerW[d] = cells.s.ues[i].maxPowerW[d] * draw(rng);
                cells.s.ues[i].backlogBits[d] = static_cast<uint64_t>(u.backlogBits[d]);
            }
            u.delayPrice = draw(rng);
            u.energyPrice = draw(rng);
        }
    }

    /// @returns sum of value times rate on a subchannel @param d direction @param m subchannel
    /// @param members users on it @param value value of 1 bit/s
    double Sum(Direction d,
               uint32_t m,
               const std::vector<uint32_t>& members,
               const Value& value) const
    {
        const SlotSnapshot& s = cells.s;
        const auto gain = [&](uint32_t i, uint32_t n) { return cells.csi.gain[d].At(i, n, m); };
        const double cellPowerW = 10.0 / 3; // four users wait in each cell, on three subchannels
        std::set<uint32_t> sending;
        for (uint32_t i : members)
        {
            sending.insert(s.ues[i].ap);
        }
        double sum = 0;
        for (uint32_t i : members)
        {
            const uint32_t n = s.ues[i].ap;
            const auto outside = [&](uint32_t j) {
                double w = s.noiseW[d];
                for (uint32_t l : sending)
                {
                    w += d == DOWNLINK && l != n ? cellPowerW * gain(j, l) : 0.0;
                }
                for (uint32_t x : members)
                {
                    w += d == UPLINK && s.ues[x].ap != n ? users[x].powerW.up * gain(x, n) : 0.0;
                }
                return w;
            };
            // uplink: the strongest is decoded first; downlink: the weakest
            const auto key = [&](uint32_t j) {
                return d == UPLINK ? gain(j, n) : outside(j) / gain(j, n);
            };
            double weights = 0;
            for (uint32_t x : members)
            {
                weights += s.ues[x].ap == n ? std::pow(gain(x, n), -0.4) : 0.0;
            }
            const auto sent = [&](uint32_t j) {
                return d == UPLINK ? users[j].powerW.up
                                   : cellPowerW * std::pow(gain(j, n), -0.4) / weights;
            };
            double disturbed = outside(i);
            for (uint32_t x : members)
            {
                if (x != i && s.ues[x].ap == n)
                {
                    disturbed += (key(x) > key(i) ? s.residual : 1.0) * sent(x) *
                                 gain(d == UPLINK ? x : i, n);
                }
            }
            const double rate =
                s.subchannelHz[d] * std::log2(1 + sent(i) * gain(i, n) / disturbed / s.snrGap);
            sum += value(i) * std::min(rate, users[i].backlogBits[d] / s.slotSeconds);
        }
        return sum;
    }

    /// A choice, with its growth when it was last looked at.
    struct Choice
    {
        double growth;    //!< of the sum
        uint32_t ue;      //!< user
        uint32_t m;       //!< subchannel
        std::size_t seen; //!< users on the subchannel then
    };

    /// @returns (user, subchannel) in the order chosen: always the choice of the largest growth
    /// known, looked at again if others came since, and dropped once it does not gain
    /// @param d direction @param value value of 1 bit/s
    std::vector<Pick> Search(Direction d, const Value& value, const std::vector<Pick>& ties) const
    {
        const SlotSnapshot& s = cells.s;
        std::vector<std::vector<uint32_t>> members(s.subchannels);
        const auto growth = [&](uint32_t i, uint32_t m) {
            auto with = members[m];
            with.push_back(i);
            return Sum(d, m, with, value) - Sum(d, m, members[m], value);
        };
        std::vector<Choice> choices;
        for (uint32_t i = 0; i < users.size(); ++i)
        {
            for (uint32_t m = 0; m < s.subchannels; ++m)
            {
                choices.push_back({growth(i, m), i, m, 0});
            }
        }
        std::vector<Pick> chosen;
        while (!choices.empty())
        {
            double most = -1;
            for (const Choice& x : choices)
            {
                most = std::max(most, x.growth);
            }
            // what is capped ties, up to rounding: there the rule may choose
            const Pick next = chosen.size() < ties.size() ? ties[chosen.size()] : Pick();
            const auto rank = [most, next](const Choice& x) {
                const bool other = next != Pick(x.ue, x.m);
                return std::make_tuple(x.growth < most * (1 - 1e-9), other, x.ue, x.m);
            };
            const auto best = std::min_element(
                choices.begin(),
                choices.end(),
                [&rank](const Choice& x, const Choice& y) { return rank(x) < rank(y); });
            Choice c = *best;
            choices.erase(best);
            const auto there =
                std::count_if(members[c.m].begin(), members[c.m].end(), [&](uint32_t x) {
                    return s.ues[x].ap == s.ues[c.ue].ap;
                });
            if (c.growth <= 0 || there == s.maxSuperposed)
            {
                continue;
            }
            if (c.seen != members[c.m].size())
            {
                choices.push_back({growth(c.ue, c.m), c.ue, c.m, members[c.m].size()});
                continue;
            }
            chosen.emplace_back(c.ue, c.m);
            members[c.m].push_back(c.ue);
            choices.erase(std::remove_if(choices.begin(),
                                         choices.end(),
                                         [&c](const Choice& x) { return x.ue == c.ue; }),
                          choices.end());
        }
        return chosen;
    }

    /// @returns what a rule does @param rule rule @param d direction
    std::vector<Pick> Assign(Ptr<SlotRule> rule, Direction d)
    {
        SlotChannel channel;
        channel.Reset(cells.s);
        std::vector<Grant> grants;
        rule->Assign(cells.s, channel, users, cells.s.maxSuperposed, d, grants);
        std::vector<Pick> chosen;
        chosen.reserve(grants.size());
        for (const Grant& g : grants)
        {
            chosen.emplace_back(g.ue, g.subchannel);
        }
        return chosen;
    }
};

/**
 * @ingroup noma-test
 * Smith's rule and proportional fair choose as the plain search does.
 */
class GreedySearchTestCase : public TestCase
{
  public:
    GreedySearchTestCase()
        : TestCase("greedy rules against a plain search")
    {
    }

  private:
    void DoRun() override
    {
        std::size_t superposed = 0;
        for (int seed = 1; seed <= 40; ++seed)
        {
            GreedyScene scene(seed);
            for (Direction d : DIRECTIONS)
            {
                const auto smith = CreateObject<SmithRule>();
                smith->SetAttribute("Candidates", UintegerValue(0));
                const auto& users = scene.users;
                const auto price = [&](uint32_t i) {
                    return users[i].delayPrice + users[i].energyPrice * users[i].powerW[d];
                };
                const auto remaining = [&](uint32_t i) {
                    return price(i) / users[i].remainingBits[d];
                };
                const auto first = scene.Assign(smith, d);
                Expect(first, scene.Search(d, remaining, first), seed, "smith");
                std::set<Pick> taken; // access point and subchannel
                for (const auto& [ue, m] : first)
                {
                    superposed += !taken.emplace(ue % 3, m).second;
                }

                smith->SetAttribute("OriginalBits", BooleanValue(true));
                const auto original = [&](uint32_t i) {
                    return price(i) / users[i].originalBits[d];
                };
                const auto second = scene.Assign(smith, d);
                Expect(second, scene.Search(d, original, second), seed, "smith, original bits");

                const auto fair = CreateObject<ProportionalFairRule>();
                fair->SetAttribute("Candidates", UintegerValue(0));
                fair->SetAttribute("Window", DoubleValue(20));
                std::vector<double> average(users.size(), 0.0);
                for (uint32_t slot = 0; slot < 3; ++slot)
                {
                    std::vector<GrantOutcome> outcomes;
                    for (uint32_t i = 0; i < users.size(); ++i)
                    {
                        GrantOutcome o;
                        o.grant.direction = d;
                        o.grant.ue = i;
                        o.decoded = (i + slot) % 4 != 0;
                        o.payloadBits = 1000 * (1 + (i * 7 + slot) % 5);
                        outcomes.push_back(o);
                        average[i] =
                            average[i] * 0.95 + (o.decoded ? o.payloadBits / 0.01 * 0.05 : 0.0);
                    }
                    scene.cells.s.slot = slot;
                    fair->Report(scene.cells.s, outcomes);
                }
                const auto slow = [&](uint32_t i) { return 1 / average[i]; };
                const auto third = scene.Assign(fair, d);
                Expect(third, scene.Search(d, slow, third), seed, "proportional fair");
            }
        }
        NS_TEST_EXPECT_MSG_GT(superposed, 20, "some are superposed");
    }

    /// @param actual what the rule does @param expected what the search does
    /// @param seed seed @param rule rule
    void Expect(const std::vector<Pick>& actual,
                const std::vector<Pick>& expected,
                int seed,
                const std::string& rule)
    {
        std::ostringstream text;
        for (const auto* list : {&actual, &expected})
        {
            for (const auto& [ue, m] : *list)
            {
                text << ue << "@" << m << " ";
            }
            text << (list == &actual ? "instead of " : "");
        }
        NS_TEST_EXPECT_MSG_EQ((actual == expected),
                              true,
                              rule << ", seed " << seed << ": " << text.str());
    }
};

/**
 * @ingroup noma-test
 * The greedy slot rules.
 */
class NomaGreedyRuleTestSuite : public TestSuite
{
  public:
    NomaGreedyRuleTestSuite()
        : TestSuite("noma-greedy-rule", Type::UNIT)
    {
        AddTestCase(new GreedySearchTestCase);
    }
};

NomaGreedyRuleTestSuite g_nomaGreedyRuleTestSuite; //!< instance

} // namespace
