/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The module's continuous solvers beside IPOPT and NLopt, in one program, on the same values and
 * gradients: shares and powers at given options (the relaxed problem), and powers at a given
 * assignment. Every solver gets the same starts where it takes any; its best answer counts.
 */
#include "noma-core-peers.h"

#include "../test/noma-random-instance.h"
#include "../tools/noma-arguments.h"
#include "noma-core-scenario.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-assignment.h"
#include "ns3/noma-li-gd-engine.h"
#include "ns3/noma-math.h"
#include "ns3/noma-objective.h"
#include "ns3/noma-random-allocator.h"
#include "ns3/noma-random-draw.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <stdexcept>

using namespace ns3::noma;
using namespace ns3::noma::bench;

namespace
{

/// A share that counts as none, but leaves a rate.
constexpr double LEAST_SHARE = 1e-7;

/// A general solver by name.
struct Peer
{
    const char* name;  //!< name
    PeerSolver solver; //!< what to call
};

/// The general solvers that were found.
constexpr Peer PEERS[] = {
#ifdef NOMA_HAVE_IPOPT
    {"ipopt", SolveWithIpopt},
#endif
#ifdef NOMA_HAVE_NLOPT
    {"mma", SolveWithNloptMma},
    {"lbfgs", SolveWithNloptLbfgs},
#endif
};

/// Number of general solvers.
constexpr std::size_t PEER_COUNT = sizeof(PEERS) / sizeof(PEERS[0]);

/// Cost reached and processor time of every solver on one instance, ours first.
struct Row
{
    std::vector<double> cost;    //!< best over the starts
    std::vector<double> seconds; //!< of all starts
};

/// @returns an instance @param index which
Instance
MakeInstance(uint64_t index)
{
    std::mt19937_64 rng(9000 + index);
    RandomInstanceParameters p;
    p.aps = 2 + DrawIndex(rng, 2);
    p.subchannels = 3 + DrawIndex(rng, 4);
    p.maxSuperposed = 2 + DrawIndex(rng, 2);
    const uint32_t places = p.subchannels * p.maxSuperposed;
    // every other one is congested: as many users as places
    p.usersPerAp = index % 2 == 0 ? std::min(6U, places) : 4 + DrawIndex(rng, places - 3);
    p.usersPerAp = std::min(6U, p.usersPerAp);
    p.radiusM = 60 + 340 * DrawUniform(rng);
    p.bandwidthHz = 3e5 * std::pow(40, DrawUniform(rng));
    p.residual = DrawIndex(rng, 4) == 0 ? 0.02 : 0.0;
    return MakeRandomInstance(p, 300000 + index);
}

/// @returns an option with bits to send for every user @param instance the instance
/// @param index which; even: the first of all users
std::vector<uint32_t>
MakeOptions(const Instance& instance, uint64_t index)
{
    std::mt19937_64 rng(index);
    std::vector<uint32_t> option;
    for (const User& user : instance.users)
    {
        const auto senders = static_cast<uint32_t>(user.options.size()) - 1;
        option.push_back(index % 2 == 0 ? 0 : DrawIndex(rng, senders));
    }
    return option;
}

/// @returns the radio's part of the objective @param workspace memory of the last evaluation
double
RadioCost(const ObjectiveWorkspace& workspace)
{
    const std::vector<double>& terms = workspace.GetTerms();
    double sum = 0;
    for (std::size_t k = 0; k < terms.size(); k += 3)
    {
        sum += terms[k + 1] + terms[k + 2];
    }
    return sum;
}

/**
 * The relaxed problem in one vector: per direction the shares of all pairs, then per direction and
 * user log(power).
 */
class RelaxedPeer
{
  public:
    /// @param instance the instance @param decision whose options and units hold
    RelaxedPeer(const Instance& instance, const Decision& decision)
        : m_instance(instance),
          m_objective(instance),
          m_support(instance)
    {
        for (Direction d : DIRECTIONS)
        {
            m_support.AssignAll(d);
            m_point.share[d].assign(m_support.Size(d), 0.0);
            m_point.power[d].assign(instance.users.size(), 0.0);
        }
        for (const UserDecision& user : decision.users)
        {
            m_point.option.push_back(user.option);
            m_point.units.push_back(user.units);
        }
        FillProblem();
    }

    /// @returns the problem for general solvers
    const PeerProblem& GetProblem() const
    {
        return m_problem;
    }

    /// @returns radio cost of a decision @param decision the decision
    double DecisionCost(const Decision& decision)
    {
        for (Direction d : DIRECTIONS)
        {
            std::fill(m_point.share[d].begin(), m_point.share[d].end(), 0.0);
            for (uint32_t i = 0; i < decision.users.size(); ++i)
            {
                const LinkDecision& link = decision.users[i].link[d];
                m_point.power[d][i] = link.powerW;
                for (const Share& s : link.shares)
                {
                    m_point.share[d][m_support.Find(d, i, s.subchannel)] = s.share;
                }
            }
        }
        return Cost();
    }

    /// @returns a start @param which 0: everything even; 1: the strongest subchannels; else random
    std::vector<double> Start(uint32_t which) const
    {
        std::mt19937_64 rng(which);
        std::vector<double> x(m_problem.lower.size());
        std::size_t next = 0;
        for (Direction d : DIRECTIONS)
        {
            for (const ShareColumn& column : m_support.GetColumns(d))
            {
                const User& user = m_instance.users[column.user];
                double share = 0.9 / m_instance.subchannels;
                if (which == 1)
                {
                    bool strongest = true;
                    const double own =
                        m_instance.gain[d].At(column.user, user.ap, column.subchannel);
                    for (uint32_t m = 0; m < m_instance.subchannels; ++m)
                    {
                        strongest &= own >= m_instance.gain[d].At(column.user, user.ap, m);
                    }
                    share = strongest ? 0.9 : 0.1 / m_instance.subchannels;
                }
                else if (which > 1)
                {
                    share *= DrawUniform(rng);
                }
                x[next++] = share;
            }
        }
        for (; next < x.size(); ++next)
        {
            const double part = which == 0 ? 0.5 : which == 1 ? 1.0 : DrawUniform(rng);
            x[next] =
                m_problem.lower[next] + part * (m_problem.upper[next] - m_problem.lower[next]);
        }
        return x;
    }

  private:
    /// Writes bounds and sums.
    void FillProblem()
    {
        uint32_t next = 0;
        for (Direction d : DIRECTIONS)
        {
            std::vector<PeerProblem::Sum> users(m_instance.users.size());
            std::vector<PeerProblem::Sum> places(m_instance.GetAps() * m_instance.subchannels);
            for (const ShareColumn& column : m_support.GetColumns(d))
            {
                const uint32_t ap = m_instance.users[column.user].ap;
                users[column.user].variables.push_back(next);
                places[ap * m_instance.subchannels + column.subchannel].variables.push_back(next);
                m_problem.lower.push_back(LEAST_SHARE);
                m_problem.upper.push_back(1);
                ++next;
            }
            for (PeerProblem::Sum& sum : users)
            {
                sum.limit = 1;
                m_problem.sums.push_back(sum);
            }
            for (PeerProblem::Sum& sum : places)
            {
                sum.limit = m_instance.maxSuperposed;
                if (sum.variables.size() > m_instance.maxSuperposed)
                {
                    m_problem.sums.push_back(sum);
                }
            }
        }
        for (Direction d : DIRECTIONS)
        {
            for (const User& user : m_instance.users)
            {
                m_problem.lower.push_back(math::Log(user.powerW[d].min));
                m_problem.upper.push_back(math::Log(user.powerW[d].max));
            }
        }
        m_problem.evaluate = [this](const double* x, double* gradient) {
            Unpack(x);
            if (!gradient)
            {
                return Cost();
            }
            m_objective.Gradient(m_support, m_point, m_workspace, m_gradient);
            for (Direction d : DIRECTIONS)
            {
                gradient =
                    std::copy(m_gradient.share[d].begin(), m_gradient.share[d].end(), gradient);
            }
            for (Direction d : DIRECTIONS)
            {
                for (std::size_t i = 0; i < m_instance.users.size(); ++i)
                {
                    *gradient++ = m_gradient.power[d][i] * m_point.power[d][i];
                }
            }
            return RadioCost(m_workspace);
        };
    }

    /// Takes a point over. @param x the point
    void Unpack(const double* x)
    {
        for (Direction d : DIRECTIONS)
        {
            std::copy_n(x, m_point.share[d].size(), m_point.share[d].begin());
            x += m_point.share[d].size();
        }
        for (Direction d : DIRECTIONS)
        {
            for (double& p : m_point.power[d])
            {
                p = math::Exp(*x++);
            }
        }
    }

    /// @returns radio cost at the point
    double Cost()
    {
        m_objective.Value(m_support, m_point, m_workspace);
        return RadioCost(m_workspace);
    }

    const Instance& m_instance;     //!< the instance
    Objective m_objective;          //!< value and gradient
    ShareSupport m_support;         //!< all pairs
    ObjectivePoint m_point;         //!< where
    ObjectiveWorkspace m_workspace; //!< memory
    ObjectiveGradient m_gradient;   //!< derivatives
    PeerProblem m_problem;          //!< for general solvers
};

/// @returns processor seconds of one call, over as many as make a measurable time
/// @param work what to time
template <typename F>
double
Seconds(F&& work)
{
    const double start = ProcessorSeconds();
    double passed = 0;
    uint32_t calls = 0;
    do
    {
        work();
        ++calls;
        passed = ProcessorSeconds() - start;
    } while (passed < 0.02);
    return passed / calls;
}

/// Lets the general solvers at a problem. @param problem RelaxedPeer or PowerPeer
/// @param starts starts of each @param [in,out] row where cost and time go
template <typename T>
void
AppendPeers(const T& problem, uint32_t starts, Row& row)
{
    for (const Peer& peer : PEERS)
    {
        double best = std::numeric_limits<double>::infinity();
        const double begin = ProcessorSeconds();
        for (uint32_t k = 0; k < starts; ++k)
        {
            const PeerAnswer answer = peer.solver(problem.GetProblem(), problem.Start(k));
            best = std::min(best, problem.GetProblem().evaluate(answer.x.data(), nullptr));
        }
        row.seconds.push_back(ProcessorSeconds() - begin);
        row.cost.push_back(best);
    }
}

/// Solves for shares and powers by Li-GD. @param instance the instance
/// @param option option of each user @param shakes descents with a few users moved
/// @returns the decision
Decision
DescendFar(const Instance& instance, const std::vector<uint32_t>& option, uint32_t shakes)
{
    LiGdEngineParams accurate;
    accurate.tolerance = 1e-5;
    accurate.columnTolerance = 1e-4;
    LiGdEngine engine(accurate);
    engine.SolveOptions(instance, option, false);
    if (shakes > 0)
    {
        std::mt19937_64 rng(1);
        engine.Improve(instance, engine.GetDecision(), 0, shakes, rng);
    }
    return engine.GetDecision();
}

/// Solves for shares and powers by ecc-noma. @param instance the instance
/// @param option option of each user @param effort its effort @returns the decision
Decision
SearchFar(Instance instance, const std::vector<uint32_t>& option, double effort)
{
    for (std::size_t i = 0; i < option.size(); ++i)
    {
        instance.users[i].options = {instance.users[i].options[option[i]]};
    }
    AllocatorOptions options;
    options.effort = effort;
    Decision decision = CreateAllocator("ecc-noma")->Allocate(instance, options).decision;
    for (std::size_t i = 0; i < option.size(); ++i)
    {
        decision.users[i].option = option[i];
    }
    return decision;
}

/// Solves for shares and powers at given options. @param index instance
/// @param starts of the peers @param shakes of Li-GD
/// @param effort above 0: ours is ecc-noma with it instead of Li-GD @returns how all fared
Row
SolveRelaxed(uint64_t index, uint32_t starts, uint32_t shakes, double effort)
{
    const Instance instance = MakeInstance(index);
    const std::vector<uint32_t> option = MakeOptions(instance, index);
    Row row;
    Decision ours;
    row.seconds.push_back(Seconds([&] {
        ours =
            effort > 0 ? SearchFar(instance, option, effort) : DescendFar(instance, option, shakes);
    }));
    RelaxedPeer relaxed(instance, ours);
    row.cost.push_back(relaxed.DecisionCost(ours));
    AppendPeers(relaxed, starts, row);
    return row;
}

/**
 * Powers at a given assignment in one vector: per direction and user with bits to send log(power).
 */
class PowerPeer
{
  public:
    /// @param instance the instance @param decision whose options, units and subchannels hold
    PowerPeer(const Instance& instance, const Decision& decision)
        : m_instance(instance),
          m_objective(instance),
          m_support(instance)
    {
        for (const UserDecision& user : decision.users)
        {
            m_point.option.push_back(user.option);
            m_point.units.push_back(user.units);
        }
        for (Direction d : DIRECTIONS)
        {
            std::vector<ShareColumn> columns;
            m_point.power[d].assign(instance.users.size(), 0.0);
            for (uint32_t i = 0; i < decision.users.size(); ++i)
            {
                const LinkDecision& link = decision.users[i].link[d];
                if (link.shares.empty())
                {
                    continue;
                }
                columns.push_back({i, link.shares.front().subchannel});
                const Interval& range = instance.users[i].powerW[d];
                m_variables.push_back({d, i});
                m_start.push_back(math::Log(link.powerW));
                m_problem.lower.push_back(math::Log(range.min));
                m_problem.upper.push_back(math::Log(range.max));
            }
            m_support.Assign(d, columns);
            m_point.share[d].assign(columns.size(), 1.0);
        }
        m_problem.evaluate = [this](const double* x, double* gradient) {
            for (std::size_t k = 0; k < m_variables.size(); ++k)
            {
                const auto& [d, i] = m_variables[k];
                m_point.power[d][i] = math::Exp(x[k]);
            }
            if (!gradient)
            {
                m_objective.Value(m_support, m_point, m_workspace);
                return RadioCost(m_workspace);
            }
            m_objective.Gradient(m_support, m_point, m_workspace, m_gradient);
            for (std::size_t k = 0; k < m_variables.size(); ++k)
            {
                const auto& [d, i] = m_variables[k];
                gradient[k] = m_gradient.power[d][i] * m_point.power[d][i];
            }
            return RadioCost(m_workspace);
        };
    }

    /// @returns the problem for general solvers
    const PeerProblem& GetProblem() const
    {
        return m_problem;
    }

    /// @returns a start @param which 0: the decision's powers; 1: the greatest; else random
    std::vector<double> Start(uint32_t which) const
    {
        std::mt19937_64 rng(which);
        std::vector<double> x = which == 0 ? m_start : m_problem.upper;
        for (std::size_t k = 0; which > 1 && k < x.size(); ++k)
        {
            x[k] -= DrawUniform(rng) * (m_problem.upper[k] - m_problem.lower[k]);
        }
        return x;
    }

    /// @returns radio cost of a decision with the same options, units and subchannels
    /// @param decision the decision
    double DecisionCost(const Decision& decision)
    {
        std::vector<double> x;
        for (const auto& [d, i] : m_variables)
        {
            x.push_back(math::Log(decision.users[i].link[d].powerW));
        }
        return m_problem.evaluate(x.data(), nullptr);
    }

  private:
    const Instance& m_instance;                              //!< the instance
    Objective m_objective;                                   //!< value and gradient
    ShareSupport m_support;                                  //!< the subchannels held
    ObjectivePoint m_point;                                  //!< where
    ObjectiveWorkspace m_workspace;                          //!< memory
    ObjectiveGradient m_gradient;                            //!< derivatives
    std::vector<std::pair<Direction, uint32_t>> m_variables; //!< whose powers
    std::vector<double> m_start;                             //!< the decision's powers
    PeerProblem m_problem;                                   //!< for general solvers
};

/// @returns powers at a given assignment @param index instance @param starts of every solver
Row
SolvePowers(uint64_t index, uint32_t starts)
{
    const Instance instance = MakeInstance(index);
    std::mt19937_64 rng(index);
    Assignment assignment(instance, instance.maxSuperposed);
    assignment.Load(DrawDecision(instance, rng));
    const Assignment::State drawn = assignment.GetState();
    PowerPeer powers(instance, assignment.ToDecision());
    Row row;
    row.seconds.push_back(Seconds([&] {
        assignment.SetState(drawn);
        assignment.PolishAll(1e-6, starts);
    }));
    row.cost.push_back(powers.DecisionCost(assignment.ToDecision()));
    AppendPeers(powers, starts, row);
    return row;
}

/// @returns the median @param values values
double
Median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

/// Solves and prints one study. @param title its name @param count instances @param starts starts
/// @param solve what solves one instance
void
Study(const char* title, uint64_t count, uint32_t starts, const std::function<Row(uint64_t)>& solve)
{
    std::printf("%s, %llu instances, %u starts\n",
                title,
                static_cast<unsigned long long>(count),
                starts);
    std::printf("%8s %12s %10s", "instance", "noma", "ms");
    for (const Peer& peer : PEERS)
    {
        std::printf(" %9s %% %10s", peer.name, "ratio");
    }
    std::printf("\n");
    std::vector<std::vector<double>> excess(PEER_COUNT);
    std::vector<std::vector<double>> ratio(PEER_COUNT);
    for (uint64_t index = 0; index < count; ++index)
    {
        const Row row = solve(index);
        std::printf("%8llu %12.6g %10.3f",
                    static_cast<unsigned long long>(index),
                    row.cost[0],
                    1e3 * row.seconds[0]);
        for (std::size_t k = 0; k < PEER_COUNT; ++k)
        {
            excess[k].push_back(100 * (row.cost[0] / row.cost[k + 1] - 1));
            ratio[k].push_back(row.seconds[k + 1] / row.seconds[0]);
            std::printf(" %+11.4f %10.1f", excess[k].back(), ratio[k].back());
        }
        std::printf("\n");
        std::fflush(stdout);
    }
    for (std::size_t k = 0; k < PEER_COUNT; ++k)
    {
        std::printf("noma over %s: worst %+.4f %%, median %+.4f %%; %s's processor time over ours: "
                    "least %.1f, median %.1f\n",
                    PEERS[k].name,
                    *std::max_element(excess[k].begin(), excess[k].end()),
                    Median(excess[k]),
                    PEERS[k].name,
                    *std::min_element(ratio[k].begin(), ratio[k].end()),
                    Median(ratio[k]));
    }
    std::printf("\n");
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-core-peers", [&] {
        Arguments arguments("noma-core-peers",
                            "the module's continuous solvers beside IPOPT and NLopt");
        arguments.AddOption("study", "NAME", "relaxed, powers or both", "both");
        arguments.AddOption("instances", "N", "number of instances", "20");
        arguments.AddOption("starts", "N", "starts per instance", "3");
        arguments.AddOption("shakes", "N", "relaxed: descents of ours with a few users moved", "0");
        arguments.AddOption("effort", "E", "relaxed: above 0, ours is ecc-noma with it", "0");
        arguments.SetEpilogue(
            "Prints per instance the radio's part of the objective that ours reached, our "
            "processor\n"
            "time, and for each peer by how much ours is above (+) or below (-) its best over the\n"
            "starts, and its processor time for all starts over ours.");
        if (!arguments.Parse(argc, argv))
        {
            return 0;
        }
        const std::string study = arguments.GetChoice("study", {"relaxed", "powers", "both"});
        const uint64_t count = arguments.GetUint("instances", 1, 1000000);
        const auto starts = static_cast<uint32_t>(arguments.GetUint("starts", 1, 1000));
        const auto shakes = static_cast<uint32_t>(arguments.GetUint("shakes", 0, 1000000));
        const double effort = arguments.GetDouble("effort", 0, MAX_EFFORT);
        const int given = (shakes > 0 ? 1 : 0) + (effort > 0 ? 1 : 0);
        if (given > (study == "powers" ? 0 : 1))
        {
            throw std::invalid_argument(
                "--shakes and --effort: one of them, and for the relaxed study");
        }
        if (study != "powers")
        {
            Study("shares and powers at given options", count, starts, [&](uint64_t index) {
                return SolveRelaxed(index, starts, shakes, effort);
            });
        }
        if (study != "relaxed")
        {
            Study("powers at a given assignment", count, starts, [&](uint64_t index) {
                return SolvePowers(index, starts);
            });
        }
        return 0;
    });
}
