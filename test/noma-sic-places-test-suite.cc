/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-cells.h"
#include "noma-test-objective.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-active-links.h"
#include "ns3/noma-canceller.h"
#include "ns3/noma-decoding-order.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-link-adaptation.h"
#include "ns3/noma-rate-kernel.h"
#include "ns3/noma-sic-receiver.h"
#include "ns3/noma-slot-rates.h"
#include "ns3/noma-subchannel.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// Relative error between any two places. Sums run in different orders, and that is all.
constexpr double SAME = 1e-12;

/// Receivers of a given residual and gap, asked one by one.
class PlainReceivers : public ReceiverView
{
  public:
    double hz{0};       //!< bandwidth (Hz)
    double gap{1};      //!< SNR gap, linear
    double residual{0}; //!< residual factor

    double MaxRateBps(Direction, uint32_t, uint32_t, double sinr, double) const override
    {
        return hz * SpectralEfficiency(sinr, gap);
    }

    double Residual(Direction, uint32_t, uint32_t, double) const override
    {
        return residual;
    }
};

/// Everybody whole on its strongest subchannel of one direction, at various powers.
struct Scene
{
    const Instance& instance;        //!< the instance
    Direction d;                     //!< the direction
    std::vector<uint32_t> at;        //!< subchannel of each user
    std::vector<double> powerW;      //!< power of each user
    std::vector<double> key;         //!< strength of each user
    std::vector<double> outside;     //!< inter-cell interference plus noise of each user (W)
    std::vector<UserEvaluation> all; //!< what Evaluate() says

    /// @param i instance @param direction direction
    Scene(const Instance& i, Direction direction)
        : instance(i),
          d(direction)
    {
        Decision decision;
        for (uint32_t u = 0; u < instance.users.size(); ++u)
        {
            const uint32_t ap = instance.users[u].ap;
            uint32_t best = 0;
            for (uint32_t m = 1; m < instance.subchannels; ++m)
            {
                best = Gain(u, ap, m) > Gain(u, ap, best) ? m : best;
            }
            const Interval& p = instance.users[u].powerW[d];
            at.push_back(best);
            powerW.push_back(p.max * (1 - 0.15 * (u % 5)));
            UserDecision choice;
            choice.units = 1;
            for (Direction e : DIRECTIONS)
            {
                choice.link[e].shares = {{best, 1.0}};
                choice.link[e].powerW = e == d ? powerW[u] : instance.users[u].powerW[e].max;
            }
            decision.users.push_back(choice);
        }
        for (uint32_t u = 0; u < at.size(); ++u)
        {
            const uint32_t ap = instance.users[u].ap;
            double sum = instance.NoiseW(d);
            for (uint32_t t = 0; t < at.size(); ++t)
            {
                const uint32_t from = instance.users[t].ap;
                if (from != ap && at[t] == at[u])
                {
                    sum += powerW[t] * (d == UPLINK ? Gain(t, ap, at[u]) : Gain(u, from, at[u]));
                }
            }
            outside.push_back(sum);
            key.push_back(DecodingKey(instance.orderKey, Gain(u, ap, at[u]), powerW[u], sum));
        }
        all = Evaluate(instance, decision).users;
    }

    /// @returns the gain @param u user @param n access point @param m subchannel
    double Gain(uint32_t u, uint32_t n, uint32_t m) const
    {
        return instance.gain[d].At(u, n, m);
    }

    /// @returns the group in decoding order @param n access point @param m subchannel
    std::vector<uint32_t> Group(uint32_t n, uint32_t m) const
    {
        std::vector<uint32_t> users;
        for (uint32_t u = 0; u < at.size(); ++u)
        {
            if (instance.users[u].ap == n && at[u] == m)
            {
                users.push_back(u);
            }
        }
        std::sort(users.begin(), users.end(), [&](uint32_t a, uint32_t b) {
            return IsDecodedBefore(d, key[a], a, key[b], b);
        });
        return users;
    }
};

/**
 * @ingroup noma-test
 * Every place that computes SINR and rate under SIC gives the rates of Evaluate(): the objective,
 * the costs of subchannels, the columns of the Li-GD engine, its vector kernel, the slot rules,
 * both ways of the link adaptation, and the receiver.
 */
class SicPlacesTestCase : public TestCase
{
  public:
    SicPlacesTestCase()
        : TestCase("all places give one rate")
    {
    }

  private:
    void DoRun() override
    {
        for (RandomInstanceSpec spec : Kinds())
        {
            spec.maxSuperposed = spec.usersPerAp; // everybody may be on one subchannel
            Instance instance = RandomInstance(spec);
            for (uint32_t m = 0; m < instance.subchannels; ++m)
            {
                // two of equal gain
                const uint32_t other = spec.mixed ? spec.aps : 1;
                for (Direction d : DIRECTIONS)
                {
                    const double gain = instance.gain[d].At(0, 0, m);
                    instance.gain[d].At(other, 0, m) = gain;
                }
            }
            for (Direction d : DIRECTIONS)
            {
                const Scene s(instance, d);
                InObjective(s);
                InSubchannels(s);
                if (instance.orderKey == OrderKey::GAIN)
                {
                    InEngine(s);
                    InKernel(s);
                }
                if (d == UPLINK || instance.downlinkRate == DownlinkRate::DECODABLE)
                {
                    InSlots(s);
                    InGrants(s, false);
                    InGrants(s, true);
                    InReceivers(s);
                }
            }
        }
    }

    /// @param s scene @param u user @param rate its rate (bit/s) @param place where from
    void Same(const Scene& s, uint32_t u, double rate, const char* place)
    {
        NOMA_TEST_EXPECT_CLOSE(rate,
                               s.all[u].rate[s.d],
                               SAME,
                               place << ", " << DirectionName(s.d) << ", user " << u);
    }

    /// @param s scene
    void InObjective(const Scene& s)
    {
        ShareSupport support(s.instance);
        ObjectivePoint point;
        ObjectiveWorkspace workspace;
        const std::size_t users = s.at.size();
        for (Direction e : DIRECTIONS)
        {
            std::vector<ShareColumn> columns;
            for (uint32_t u = 0; u < users; ++u)
            {
                columns.push_back({u, s.at[u]});
                const Interval& p = s.instance.users[u].powerW[e];
                point.power[e].push_back(e == s.d ? s.powerW[u] : p.max);
            }
            support.Assign(e, columns);
            point.share[e].assign(users, 1.0);
        }
        point.option.assign(users, 0);
        point.units.assign(users, 1.0);
        Objective(s.instance).Value(support, point, workspace);
        for (uint32_t u = 0; u < users; ++u)
        {
            Same(s, u, workspace.GetRate(s.d)[u], "Objective");
        }
    }

    /// @param s scene
    void InSubchannels(const Scene& s)
    {
        SubchannelProblem problem(s.instance, s.d);
        for (uint32_t m = 0; m < s.instance.subchannels; ++m)
        {
            std::vector<SubchannelMember> members;
            std::vector<double> power;
            for (uint32_t u = 0; u < s.at.size(); ++u)
            {
                if (s.at[u] == m)
                {
                    const User& user = s.instance.users[u];
                    members.push_back(MakeMember(user, s.d, user.options[0]));
                    members.back().user = u;
                    power.push_back(s.powerW[u]);
                }
            }
            if (!members.empty())
            {
                problem.Load(m, members);
                problem.Cost(power.data());
            }
            for (std::size_t k = 0; k < members.size(); ++k)
            {
                Same(s, members[k].user, problem.GetRate(k), "SubchannelProblem");
            }
        }
    }

    /// @param s scene
    void InEngine(const Scene& s)
    {
        ActiveLinks links(s.d);
        links.Start(s.instance, s.instance.maxSuperposed);
        links.SetOptions(std::vector<uint32_t>(s.at.size(), 0));
        for (uint32_t u = 0; u < s.at.size(); ++u)
        {
            links.SetPower(u, s.powerW[u]);
        }
        links.Build();
        std::vector<double> x(links.GetSize());
        double cost = 0;
        links.GetPoint(x.data());
        links.Evaluate(x.data(), &cost, nullptr);
        for (uint32_t u = 0; u < s.at.size(); ++u)
        {
            NS_TEST_ASSERT_MSG_EQ(links.GetColumns(u)[0].subchannel, s.at[u], "strongest");
            Same(s, u, links.GetRate(u), "ActiveLinks");
        }
    }

    /// Each user as if it joined the others of its group. @param s scene
    void InKernel(const Scene& s)
    {
        const std::size_t users = s.at.size();
        const std::vector<double> ones(users, 1.0);
        const std::vector<double> zeros(s.instance.GetAps(), 0.0);
        for (uint32_t u = 0; u < users; ++u)
        {
            const uint32_t ap = s.instance.users[u].ap;
            const uint32_t m = s.at[u];
            const double residual = s.instance.residual;
            std::vector<KernelLayer> layers;
            for (uint32_t t : s.Group(ap, m))
            {
                KernelLayer layer{};
                layer.key = s.key[t];
                layer.keyAbove = std::nextafter(layer.key, INFINITY);
                layer.user = t;
                layer.toStronger = s.powerW[t] * (s.d == UPLINK ? s.Gain(t, ap, m) : residual);
                layer.toWeaker = s.powerW[t] * (s.d == UPLINK ? residual * s.Gain(t, ap, m) : 1);
                layer.floor = s.outside[t] / s.Gain(t, ap, m);
                if (t != u)
                {
                    layers.push_back(layer);
                }
            }
            std::vector<const double*> rows;
            for (uint32_t n = 0; n < s.instance.GetAps(); ++n)
            {
                rows.push_back(s.instance.gain[s.d].Row(n, m));
            }
            std::vector<double> out(users);
            KernelCell cell;
            cell.direction = s.d;
            cell.rule = s.instance.downlinkRate;
            cell.gain = rows.data();
            cell.aps = rows.size();
            cell.ap = ap;
            cell.begin = u;
            cell.end = u + 1;
            cell.cross = zeros.data();
            cell.base = s.outside[u];
            cell.power = s.powerW.data();
            cell.marginal = ones.data();
            cell.gapInverse = 1 / FromDb(s.instance.snrGapDb);
            cell.layers = layers.data();
            cell.layerCount = layers.size();
            cell.out = out.data();
            GetRateKernels(DefaultInstructionSet()).cell(cell);
            Same(s, u, -out[u] * s.instance.SubchannelHz(s.d), "vector kernel");
        }
    }

    /// @param s scene
    void InSlots(const Scene& s)
    {
        SlotProblem problem;
        problem.direction = s.d;
        problem.aps = s.instance.GetAps();
        problem.subchannels = s.instance.subchannels;
        problem.subchannelHz = s.instance.SubchannelHz(s.d);
        problem.noiseW = s.instance.NoiseW(s.d);
        problem.residual = s.instance.residual;
        problem.snrGap = FromDb(s.instance.snrGapDb);
        problem.orderKey = s.instance.orderKey;
        problem.gain = &s.instance.gain[s.d];
        for (uint32_t u = 0; u < s.at.size(); ++u)
        {
            SlotLink link;
            link.user = u;
            link.ap = s.instance.users[u].ap;
            problem.links.push_back(link);
        }
        SlotRates rates;
        rates.Reset(problem);
        for (uint32_t m = 0; m < problem.subchannels; ++m)
        {
            std::vector<SlotLayer> layers;
            std::vector<std::vector<double>> gain(s.at.size());
            for (uint32_t n = 0; n < problem.aps; ++n)
            {
                for (uint32_t u = 0; u < s.at.size(); ++u)
                {
                    gain[u].push_back(s.Gain(u, n, m));
                }
            }
            for (uint32_t n = 0; n < problem.aps; ++n)
            {
                for (uint32_t u : s.Group(n, m))
                {
                    layers.push_back({u, 1, s.powerW[u], gain[u].data()});
                }
            }
            rates.Evaluate(layers.data(), layers.size());
            for (std::size_t i = 0; i < layers.size(); ++i)
            {
                Same(s, layers[i].link, rates.Rate(i), "SlotRates");
            }
        }
    }

    /// @param s scene @param asked whether receivers are asked for residuals and rates
    void InGrants(const Scene& s, bool asked)
    {
        TableCsi csi;
        csi.gain[s.d] = s.instance.gain[s.d];
        PlainReceivers receivers;
        receivers.hz = s.instance.SubchannelHz(s.d);
        receivers.gap = FromDb(s.instance.snrGapDb);
        receivers.residual = s.instance.residual;
        SlotSnapshot snapshot;
        snapshot.aps = s.instance.GetAps();
        snapshot.subchannels = s.instance.subchannels;
        snapshot.subchannelHz[s.d] = receivers.hz;
        snapshot.noiseW[s.d] = s.instance.NoiseW(s.d);
        snapshot.residual = receivers.residual;
        snapshot.snrGap = receivers.gap;
        snapshot.csi = &csi;
        snapshot.receivers = asked ? &receivers : nullptr;
        std::vector<Grant> grants;
        for (uint32_t n = 0; n < snapshot.aps; ++n)
        {
            for (uint32_t m = 0; m < snapshot.subchannels; ++m)
            {
                uint32_t position = 0;
                for (uint32_t u : s.Group(n, m))
                {
                    grants.push_back({s.d, u, n, m, s.powerW[u], 0, position++});
                }
            }
        }
        auto adaptation = CreateObject<NomaLinkAdaptation>();
        adaptation->SetAttribute("Backoff", DoubleValue(0));
        adaptation->Adapt(snapshot, grants);
        for (const Grant& g : grants)
        {
            Same(s, g.ue, g.rateBps, asked ? "receivers asked" : "link adaptation");
        }
    }

    /// @param s scene
    void InReceivers(const Scene& s)
    {
        auto model = CreateObject<NomaCapacityErrorModel>();
        auto canceller = CreateObject<NomaResidualCanceller>();
        canceller->SetAttribute("Residual", DoubleValue(s.instance.residual));
        SicReceiver receiver;
        receiver.errorModel = PeekPointer(model);
        receiver.canceller = PeekPointer(canceller);
        receiver.propagation = PROPAGATION_GENIE;
        receiver.maxLayers = 100;
        for (uint32_t n = 0; n < s.instance.GetAps(); ++n)
        {
            for (uint32_t m = 0; m < s.instance.subchannels; ++m)
            {
                const std::vector<uint32_t> group = s.Group(n, m);
                std::vector<double> sinr(group.size(), INFINITY);
                // the access point decodes all layers; a user those up to its own
                for (std::size_t at = 0; at < group.size(); ++at)
                {
                    std::vector<SicLayer> layers;
                    for (uint32_t u : group)
                    {
                        const uint32_t from = s.d == UPLINK ? u : group[at];
                        layers.push_back({s.powerW[u] * s.Gain(from, n, m), 1, 0.5});
                    }
                    const std::size_t count = s.d == UPLINK ? group.size() : at + 1;
                    std::vector<SicStage> stages;
                    DecodeSic(receiver, layers, count, s.outside[group[at]], 1e6, stages);
                    for (std::size_t k = 0; k < count; ++k)
                    {
                        sinr[k] = std::min(sinr[k], stages[k].sinr);
                    }
                }
                for (std::size_t k = 0; k < group.size(); ++k)
                {
                    const double efficiency =
                        SpectralEfficiency(sinr[k], FromDb(s.instance.snrGapDb));
                    Same(s, group[k], efficiency * s.instance.SubchannelHz(s.d), "DecodeSic");
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * One SINR and rate under SIC, wherever it is computed.
 */
class NomaSicPlacesTestSuite : public TestSuite
{
  public:
    NomaSicPlacesTestSuite()
        : TestSuite("noma-sic-places", Type::UNIT)
    {
        AddTestCase(new SicPlacesTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaSicPlacesTestSuite g_nomaSicPlacesTestSuite; //!< static variable for registration

} // namespace
