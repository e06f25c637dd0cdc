/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/noma-dads-split-rule.h"
#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-dnn-graph.h"
#include "ns3/noma-model-library.h"
#include "ns3/noma-round-robin-radio.h"
#include "ns3/pointer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// Speeds at which layers were measured (FLOP/s).
constexpr double DEVICE = 1e8;
constexpr double EDGE = 3e8;
constexpr double INF = std::numeric_limits<double>::infinity();

/// @returns a random DAG of convolutions and concatenations of one height and width
/// @param seed seed @param seconds whether its layers carry measured seconds
DnnProfile
RandomDag(uint64_t seed, bool seconds)
{
    std::mt19937_64 rng(seed);
    const auto draw = [&](int from, int to) {
        return std::uniform_int_distribution<int>(from, to)(rng);
    };
    const auto logUniform = [&](double from, double to) {
        return from * std::pow(to / from, std::uniform_real_distribution<double>(0, 1)(rng));
    };
    std::vector<DnnLayer> layers;
    std::vector<std::string> open; // not used yet
    std::vector<std::string> all{"input"};
    const auto take = [&] {
        std::string name = all[static_cast<std::size_t>(
            draw(std::max(0, static_cast<int>(all.size()) - 4), static_cast<int>(all.size()) - 1))];
        open.erase(std::remove(open.begin(), open.end(), name), open.end());
        return name;
    };
    const auto add = [&](DnnLayer layer) {
        layer.name = "v" + std::to_string(layers.size() + 1);
        if (seconds)
        {
            layer.deviceSeconds = logUniform(1e-3, 0.2);
            layer.edgeSeconds = logUniform(1e-3, 0.05);
        }
        layers.push_back(layer);
        open.push_back(layer.name);
        all.push_back(layer.name);
    };
    const auto join = [&](const std::vector<std::string>& names) {
        DnnLayer layer;
        layer.op = DnnOp::CONCAT;
        layer.inputs = names;
        add(layer);
    };
    for (int k = 0; k < 9; ++k)
    {
        const std::string from = take();
        const std::string other = k > 2 && draw(0, 3) == 0 ? take() : from;
        if (other != from)
        {
            join({from, other});
            continue;
        }
        DnnLayer layer;
        layer.op = DnnOp::CONV;
        layer.inputs = {from};
        layer.outputs = static_cast<uint32_t>(draw(2, 32 - 2 * k)); // smaller and smaller
        layer.window.kernelHeight = layer.window.kernelWidth = 3;
        layer.window.padTop = layer.window.padBottom = 1;
        layer.window.padLeft = layer.window.padRight = 1;
        add(layer);
    }
    const std::vector<std::string> ends = open;
    if (ends.size() > 1)
    {
        open.clear();
        join(ends);
    }
    DnnLayer result;
    result.op = DnnOp::FC;
    result.inputs = {all.back()};
    result.outputs = 10;
    add(result);
    return DnnProfile(DnnGraph("dag" + std::to_string(seed), {24, 16, 16}, layers),
                      DnnView::OPERATORS);
}

/// Times of a DAG's vertices and the links between them: what the reference knows.
struct Dag
{
    std::vector<double> device;                 //!< seconds on the device
    std::vector<double> edge;                   //!< seconds at the edge
    std::vector<double> link;                   //!< seconds of its output on the link
    std::vector<std::vector<uint32_t>> parents; //!< by vertex
};

/// @returns the value of a maximum flow, by shortest augmenting paths on a matrix
/// @param capacity capacities, changed @param from source @param to sink
double
MaximumFlow(std::vector<std::vector<double>> capacity, std::size_t from, std::size_t to)
{
    const std::size_t n = capacity.size();
    double flow = 0;
    while (true)
    {
        std::vector<std::size_t> before(n, n);
        std::vector<std::size_t> queue{from};
        before[from] = from;
        for (std::size_t k = 0; k < queue.size() && before[to] == n; ++k)
        {
            for (std::size_t v = 0; v < n; ++v)
            {
                if (before[v] == n && capacity[queue[k]][v] > 1e-15)
                {
                    before[v] = queue[k];
                    queue.push_back(v);
                }
            }
        }
        if (before[to] == n)
        {
            return flow;
        }
        double room = INF;
        for (std::size_t v = to; v != from; v = before[v])
        {
            room = std::min(room, capacity[before[v]][v]);
        }
        for (std::size_t v = to; v != from; v = before[v])
        {
            capacity[before[v]][v] -= room;
            capacity[v][before[v]] += room;
        }
        flow += room;
    }
}

/// @returns least latency of any partition, as the value of a maximum flow @param dag the DAG
double
LeastLatency(const Dag& dag)
{
    const std::size_t n = dag.device.size();
    const double never = 1e6;
    std::vector<std::vector<double>> capacity(2 * n + 2, std::vector<double>(2 * n + 2, 0));
    for (std::size_t v = 0; v < n; ++v)
    {
        capacity[2 * n][v] = v == 0 ? never : dag.edge[v];
        capacity[v][2 * n + 1] = dag.device[v];
        capacity[v][n + v] = dag.link[v];
        for (uint32_t p : dag.parents[v])
        {
            capacity[n + p][v] = never;
            capacity[v][p] = never;
        }
    }
    return MaximumFlow(capacity, 2 * n, 2 * n + 1);
}

/// @returns least slowest stage of any partition, by trying all @param dag the DAG
double
LeastStage(const Dag& dag)
{
    const std::size_t n = dag.device.size();
    double best = INF;
    for (uint32_t set = 1; set < 1u << n; set += 2) // the input stays
    {
        double device = 0;
        double edge = 0;
        uint32_t sent = 0;
        bool closed = true;
        for (std::size_t v = 0; v < n && closed; ++v)
        {
            const bool here = set >> v & 1;
            (here ? device : edge) += here ? dag.device[v] : dag.edge[v];
            for (uint32_t p : dag.parents[v])
            {
                const bool parent = set >> p & 1;
                closed = closed && (parent || !here);
                sent |= parent && !here ? 1u << p : 0u;
            }
        }
        double link = 0;
        for (std::size_t v = 0; v < n; ++v)
        {
            link += sent >> v & 1 ? dag.link[v] : 0.0;
        }
        best = closed ? std::min(best, std::max({device, edge, link})) : best;
    }
    return best;
}

/// Remembers what DADS was asked and what it answered.
class WatchingSplitRule : public SplitRule
{
  public:
    /// One task.
    struct Asked
    {
        User user;         //!< the user
        EdgeServer edge;   //!< its server
        double bps;        //!< uplink rate (bit/s)
        double units;      //!< compute units
        uint32_t option;   //!< answer
        uint32_t sequence; //!< what Neurosurgeon would take, as an option
    };

    Ptr<DadsSplitRule> dads{CreateObject<DadsSplitRule>()}; //!< asked
    std::map<uint32_t, Asked> asked;                        //!< by user

  private:
    void DoChoose(const BuiltInstance& built, Decision& decision) override
    {
        dads->Choose(built, decision);
        const PresentState state = ObservePresentState(built.instance);
        for (std::size_t i = 0; i < built.ues.size(); ++i)
        {
            if (!built.choosing[i])
            {
                continue;
            }
            const User& user = built.instance.users[i];
            const auto dnn = built.clients[i]->GetDnn();
            const auto sequence = ChainCuts(dnn->profile);
            uint32_t best = 0;
            double least = INF;
            for (uint32_t k = 0; k < user.options.size(); ++k)
            {
                const double delay =
                    EstimateDelay(built.instance, i, user.options[k], state).Total();
                const bool chain =
                    std::find(sequence.begin(), sequence.end(), dnn->cuts[k]) != sequence.end();
                if (chain && delay < least)
                {
                    least = delay;
                    best = k;
                }
            }
            asked[built.ues[i]] = {user,
                                   built.instance.edges[user.ap],
                                   state.rate[i].up,
                                   state.units[i],
                                   decision.users[i].option,
                                   best};
        }
    }
};

/**
 * @ingroup noma-test
 * The cuts of 50 random DAG tasks in packets against an independent minimum cut.
 */
class DadsTestCase : public TestCase
{
  public:
    /// @param heavy whether the server is heavily loaded
    explicit DadsTestCase(bool heavy)
        : TestCase(heavy ? "throughput of 25 random DAGs (DSH)"
                         : "minimum cuts of 50 random DAGs (DSL)"),
          m_heavy(heavy)
    {
    }

  private:
    /// One scene with its own DAG at every user. @param first seed of the first
    void Watch(uint64_t first)
    {
        constexpr uint32_t USERS = 25;
        Scene scene(1, USERS);
        auto rule = CreateObject<WatchingSplitRule>();
        rule->dads->SetAttribute("HeavyLoad", DoubleValue(m_heavy ? 0 : 1));
        scene.inference.SetControllerAttribute("Allocator", StringValue("dnn-surgeon"));
        scene.inference.SetControllerAttribute("ControlPeriod", UintegerValue(1));
        scene.inference.SetControllerAttribute("SplitRule", PointerValue(rule));
        scene.inference.SetEdgeAttribute("Units", DoubleValue(m_heavy ? 2 : 60));
        scene.inference.SetControllerAttribute("MaxUnits", DoubleValue(2));
        scene.inference.SetEdgeAttribute("ClockHz", DoubleValue(2e8));
        scene.inference.SetEdgeAttribute("Lambda", StringValue("power:0.5"));
        scene.inference.SetProcessorAttribute("ClockHz", DoubleValue(5e7));
        scene.inference.SetServerAttribute("MaxQueue", UintegerValue(1000));
        scene.inference.SetWorkload("ns3::noma::PoissonWorkload",
                                    "MaxTasks",
                                    UintegerValue(1),
                                    "Rate",
                                    DoubleValue(2));
        scene.aps = scene.noma.InstallAp(scene.apNodes);
        scene.ues = scene.noma.InstallUe(scene.ueNodes);
        DnnCutParameters parameters;
        parameters.elementBits = 64;
        parameters.inputBits = 64;
        parameters.deviceFlopsPerSecond = DEVICE; // not the device's: seconds become work by it
        parameters.edgeFlopsPerSecond = EDGE;
        std::vector<DnnProfile> profiles;
        for (uint32_t i = 0; i < USERS; ++i)
        {
            profiles.push_back(RandomDag(first + i, i % 2 == 0));
            scene.inference.SetModel(profiles.back(), parameters);
            scene.inference.Install(scene.noma,
                                    NetDeviceContainer(scene.ues.Get(i)),
                                    i == 0 ? scene.aps : NetDeviceContainer());
        }
        scene.noma.AssignStreams(NetDeviceContainer(scene.aps, scene.ues), 1000);
        scene.inference.AssignStreams(5000 + static_cast<int64_t>(first));
        Scene::Run(Seconds(60));
        const auto& records = scene.inference.GetTracker()->GetRecords();
        NS_TEST_ASSERT_MSG_EQ(records.size(), USERS, "a task of every user");
        for (const TaskRecord& r : records)
        {
            NS_TEST_ASSERT_MSG_EQ(rule->asked.count(r.user), 1, "asked once");
            const auto& asked = rule->asked[r.user];
            NS_TEST_EXPECT_MSG_EQ(r.cut, asked.option, "dispatched as decided");
            Check(r, asked, profiles[r.user], scene.inference.GetClient(r.user));
        }
        Simulator::Destroy();
    }

    /// @param r record of a task @param asked what the rule saw @param profile its DNN
    /// @param client its client
    void Check(const TaskRecord& r,
               const WatchingSplitRule::Asked& asked,
               const DnnProfile& profile,
               Ptr<SplitInferenceClient> client)
    {
        const double speed = asked.user.clockHz * asked.user.flopPerCycle;
        const double tail =
            asked.edge.lambda.Speedup(asked.units) * asked.edge.clockHz * asked.edge.flopPerCycle;
        const double input = 8.0 * 24 * 16 * 16;
        const double bps =
            asked.bps * input /
            static_cast<double>(client->GetTransport()->GetWireBytes(static_cast<uint64_t>(input)));
        Dag dag;
        for (const DnnVertex& v : profile.GetVertices())
        {
            const auto flops = static_cast<double>(v.flops);
            dag.device.push_back((v.deviceSeconds ? *v.deviceSeconds * DEVICE : flops) / speed);
            dag.edge.push_back((v.edgeSeconds ? *v.edgeSeconds * EDGE : flops) / tail);
            dag.link.push_back(64.0 * static_cast<double>(v.output.GetElements()) / bps);
            dag.parents.push_back(v.parents);
        }
        const double device = r.option.deviceFlops / speed;
        const double link = r.option.upBits / bps;
        const double edge = r.option.edgeFlops / tail;
        const std::string& what = profile.GetName();
        if (m_heavy)
        {
            const double best = LeastStage(dag);
            const double stage = std::max({device, link, edge});
            NS_TEST_EXPECT_MSG_GT(stage, best * (1 - 1e-9), what << ": below the least stage");
            m_excess += stage / best - 1;
            m_balanced += r.cut > 0 && r.cut + 1 < r.cuts;
        }
        else
        {
            NOMA_TEST_EXPECT_CLOSE(device + link + edge,
                                   LeastLatency(dag),
                                   1e-9,
                                   what << ": minimum cut");
            m_inside += r.cut > 0 && r.cut + 1 < r.cuts;
        }
        m_differs += r.cut != asked.sequence;
    }

    void DoRun() override
    {
        m_excess = 0;
        m_inside = m_balanced = m_differs = 0;
        Watch(1);
        if (m_heavy)
        {
            NS_TEST_EXPECT_MSG_LT(m_excess / 25, 0.02, "mean excess of the slowest stage");
            NS_TEST_EXPECT_MSG_GT(m_balanced, 10, "stages are balanced by cuts inside");
        }
        else
        {
            Watch(101);
            NS_TEST_EXPECT_MSG_GT(m_inside, 5, "cuts inside");
        }
        NS_TEST_EXPECT_MSG_GT(m_differs, 2, "where Neurosurgeon cuts elsewhere");
    }

    bool m_heavy;           //!< whether the server is heavily loaded
    double m_excess{0};     //!< sum of relative excesses of the slowest stage
    uint32_t m_inside{0};   //!< cuts strictly inside, lightly loaded
    uint32_t m_balanced{0}; //!< the same, heavily loaded
    uint32_t m_differs{0};  //!< cuts that are not Neurosurgeon's
};

/**
 * @ingroup noma-test
 * The cuts a helper offers for built-in chains and DAGs.
 */
class DagCutsTestCase : public TestCase
{
  public:
    DagCutsTestCase()
        : TestCase("cuts of DAGs")
    {
    }

  private:
    void DoRun() override
    {
        const DnnProfile chain(BuiltInModel("vgg16"), DnnView::FUSED);
        NS_TEST_EXPECT_MSG_EQ((UsefulCuts(chain, {}) == ChainCuts(chain)), true, "a chain's own");
        const DnnProfile dag(BuiltInModel("alexnet-caffe"), DnnView::FUSED);
        const auto cuts = UsefulCuts(dag, {});
        const auto options = MakeCutOptions(dag, cuts, {});
        const auto all = MakeCutOptions(dag, AllCuts(dag), {});
        NS_TEST_EXPECT_MSG_GT(cuts.size(), ChainCuts(dag).size(), "more than the sequence has");
        NS_TEST_EXPECT_MSG_LT(cuts.size(), all.size(), "less than there are");
        NS_TEST_EXPECT_MSG_EQ(options.front().deviceFlops, 0, "all at the edge first");
        NS_TEST_EXPECT_MSG_EQ(IsDeviceOnly(options.back()), true, "all on the device last");
        for (const CutOption& o : all)
        {
            const bool covered = std::any_of(options.begin(), options.end(), [&](auto& p) {
                return p.deviceFlops == o.deviceFlops && p.edgeFlops == o.edgeFlops &&
                       p.upBits <= o.upBits && p.downBits <= o.downBits;
            });
            NS_TEST_EXPECT_MSG_EQ(covered, true, "a cut that was dropped is no better");
        }
        SplitInferenceHelper helper;
        helper.SetModel("alexnet-caffe");
        NS_TEST_EXPECT_MSG_EQ((UsefulCuts(dag, {}, 10) == ChainCuts(dag)),
                              true,
                              "too many to list");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class DadsTestSuite : public TestSuite
{
  public:
    DadsTestSuite()
        : TestSuite("noma-dads", Type::UNIT)
    {
        AddTestCase(new DadsTestCase(false));
        AddTestCase(new DadsTestCase(true));
        AddTestCase(new DagCutsTestCase);
    }
};

DadsTestSuite g_dadsTestSuite; //!< registration

} // namespace
