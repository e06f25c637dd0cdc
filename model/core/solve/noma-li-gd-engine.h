/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LI_GD_ENGINE_H
#define NOMA_LI_GD_ENGINE_H

#include "noma-active-links.h"
#include "noma-projected-gradient.h"
#include "noma-solver-report.h"

#include "ns3/noma-decision.h"
#include "ns3/noma-units.h"

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * Accuracy and budget of LiGdEngine.
 */
struct LiGdEngineParams
{
    double tolerance{3e-4};       //!< stop a descent when |P(x - g) - x|^2 <= tolerance * Gamma
    double columnTolerance{5e-3}; //!< stop adding columns when their first-order gain is at most
                                  //!< columnTolerance * Gamma
    double loadTolerance{2e-2};   //!< accept K and the power budget exceeded by this fraction;
                                  //!< the excess is scaled away at the end
    uint32_t columnsPerUser{1};   //!< columns added per user and pricing, in [1, 4]
    uint32_t maxRounds{30};       //!< descents and pricings per layer, at most
    uint64_t maxIterations{300};  //!< steps per descent, at most
    double reconsider{0.02};      //!< Resolve(): a layer is solved anew if its objective at the
                                  //!< present rates is below (1 + reconsider) * the present layer's
    uint32_t restartPeriod{3};    //!< Resolve(): everybody starts afresh every so many calls,
                                  //!< 0 = never
    uint32_t capacity{0};         //!< users per (access point, subchannel, direction) at a time;
                                  //!< 0 = the instance's own K

    /// @throws std::invalid_argument naming the field that is wrong
    void Validate() const;
};

/**
 * @ingroup noma-core-solve
 * How LiGdEngine fared.
 */
struct LiGdEngineReport
{
    uint32_t layer{0};     //!< chosen layer
    double gamma{0};       //!< relaxed objective there; infinite if no layer fits the edge
    SolverReport solver;   //!< work; an evaluation prices all pairs, an active
                           //!< one runs over the columns, of both directions
    double worstExcess{0}; //!< excess over K or the power budget before repair, relative
};

/**
 * @ingroup noma-core-solve
 * Li-GD for thousands of users: the layers one after the other, each started from the optimum of
 * the one before, as in Table I of the paper, but with an adaptive step, scaled variables, short
 * lists of columns (ActiveLinks) and the compute units solved exactly. What it finds is the
 * relaxed optimum of a common split: a stationary point, not a certified global one.
 *
 * Life cycle: Sweep() once, then Resolve() for every later slot; both leave the engine at the
 * chosen layer, where GetDecision() reads it. The engine keeps its workspace. It is deterministic.
 */
class LiGdEngine
{
  public:
    /// @param params accuracy and budget @throws std::invalid_argument as Validate()
    explicit LiGdEngine(const LiGdEngineParams& params = {});

    /**
     * Solves all layers from a cold start and chooses the best.
     *
     * @param instance a valid instance, which must outlive the use of the engine's result
     * @returns how it went
     */
    LiGdEngineReport Sweep(const Instance& instance);

    /**
     * Solves the next slot: columns, powers and multipliers of the last call are the start, and
     * only the last chosen layer and layers that look as good are solved. Falls back to Sweep()
     * if the dimensions changed or there is no last call.
     *
     * @param instance a valid instance with the users in the same order
     * @returns how it went
     */
    LiGdEngineReport Resolve(const Instance& instance);

    /**
     * Solves for given options, which need not be a common layer.
     *
     * @param instance a valid instance
     * @param option option of each user
     * @param warm whether to start from the last call's columns and powers
     * @returns how it went; layer is NONE
     */
    LiGdEngineReport SolveOptions(const Instance& instance,
                                  const std::vector<uint32_t>& option,
                                  bool warm);

    /**
     * Li-GD over each user's own layers: solves at a common layer, then lets every user answer
     * with the option that is best at the rates, the price of units and the rent of its radio that
     * were found, and solves again until nothing changes or the objective no longer falls.
     *
     * @param instance a valid instance
     * @param rounds answers at most
     * @param gather whether to put everybody on its strongest subchannel first, and try nothing
     *        else: another start for what comes after
     * @returns how it went; layer is NONE unless a common layer stayed best
     */
    LiGdEngineReport SolveUsers(const Instance& instance, uint32_t rounds, bool gather = false);

    /**
     * The same from a decision, whoever were the users before: its options, shares and powers are
     * the start.
     *
     * @param instance a valid instance
     * @param start a decision within the ranges of the instance
     * @param rounds answers at most
     * @returns how it went; layer is NONE
     */
    LiGdEngineReport ResumeUsers(const Instance& instance, const Decision& start, uint32_t rounds);

    /**
     * Descends from a decision as it stands, lets users answer, then descends from the best
     * solution with a few users moved anywhere, time and again: the relaxed problem has many local
     * optima. The result is never worse than the start as the engine sees it, with units solved
     * for and decoding by gain. Prices of places are kept from the last call, as ResumeUsers()
     * does.
     *
     * @param instance a valid instance
     * @param start a decision within the ranges of the instance
     * @param rounds answers at most
     * @param shakes descents per direction from the best solution with a few users moved
     * @param rng random numbers
     * @returns how it went; layer is NONE
     */
    LiGdEngineReport Improve(const Instance& instance,
                             const Decision& start,
                             uint32_t rounds,
                             uint32_t shakes,
                             std::mt19937_64& rng);

    /// @returns the last solution: options, shares, powers, units; feasible up to rounding errors
    Decision GetDecision() const;

    /// @param instance the instance
    /// @returns number of layers: the greatest number of options
    static uint32_t GetLayers(const Instance& instance);

    /**
     * @param instance the instance
     * @param layer a layer
     * @returns option of each user at a common layer; users with fewer options take their last
     */
    static std::vector<uint32_t> LayerOptions(const Instance& instance, uint32_t layer);

  private:
    /// First tolerance from a cold start and from another slot: columns come first, then the
    /// digits.
    static constexpr double COLD_TOLERANCE = 1e-2;
    static constexpr double WARM_TOLERANCE = 1e-3;

    /// What one layer's solution consists of.
    struct Snapshot
    {
        PerDirection<ActiveLinks::State> links; //!< radio
        std::vector<uint32_t> option;           //!< options
        std::vector<double> units;              //!< compute units
    };

    /// Takes over an instance @param instance the instance @param warm whether to keep the state
    /// @param start a decision to begin from instead, or null
    void Attach(const Instance& instance, bool warm, const Decision* start = nullptr);

    /// Lets users answer and solves again. @param rounds answers at most
    /// @param [in,out] report of what is solved already; work is added, the best is updated
    void Answer(uint32_t rounds, LiGdEngineReport& report);

    /**
     * Solves at the options of m_compute.
     *
     * @param [in,out] report work is added
     * @returns the relaxed objective
     */
    double Solve(LiGdEngineReport& report);

    /// Where the radio begins.
    enum class Origin : uint8_t
    {
        WARM,     //!< where it is, but users move that stand badly: ActiveLinks::Place()
        PLACED,   //!< ActiveLinks::Place() afresh
        GATHERED, //!< ActiveLinks::Gather()
        SPREAD    //!< ActiveLinks::Spread()
    };

    /// Sets out from somewhere; options are set. @param origin where
    void SetOut(Origin origin);

    /// Where nothing is known: placed, unless users are too many for that.
    void SetOutCold();

    /// On small instances solves from other origins as well; the best is kept.
    /// @param [in,out] report work is added, the best is updated
    void TryOrigins(LiGdEngineReport& report);

    /// @returns the report of a call that has solved nothing so far
    static LiGdEngineReport NothingYet();

    /// Takes over an instance and a decision for it. @param instance the instance
    /// @param start the decision
    void Take(const Instance& instance, const Decision& start);

    /// Fetches what the present columns of both directions need.
    void BuildLinks();

    /// @param gamma the part of the objective that is not radio
    /// @returns the objective, with the radio as it was built
    double AddRadio(double gamma) const;

    /// Descends from the best solution with a few users moved anywhere, each direction by itself.
    /// @param shakes descents per direction @param rng random numbers
    /// @param [in,out] report work is added, the best is updated
    void Shake(uint32_t shakes, std::mt19937_64& rng, LiGdEngineReport& report);

    /**
     * Solves the radio of one direction, whose columns are built.
     *
     * @param d direction
     * @param rest about what the rest of the objective amounts to
     * @param [in,out] report work is added
     * @param [in,out] layer stationarity is raised
     * @returns its part of the objective
     */
    double SolveLinks(Direction d, double rest, LiGdEngineReport& report, LayerReport& layer);

    /// @returns the part of the objective that is not radio
    double ComputeCost() const;

    /// Gives every user its units @returns whether they fit the edge servers
    bool SolveUnits();

    /// @param instance the instance
    /// @returns whether the last call's state fits an instance
    bool CanContinue(const Instance& instance) const;

    /// @param i user
    /// @param d direction
    /// @returns the last rate, or what the user would get alone (bit/s)
    double GuessRate(uint32_t i, Direction d) const;

    /// @param i user
    /// @param option its option
    /// @returns a user's utility at the last rates, powers and units, estimated
    double Estimate(uint32_t i, uint32_t option) const;

    /// @param layer a layer
    /// @returns an estimate of a layer's objective
    double Estimate(uint32_t layer) const;

    /// @param i user
    /// @param option its option
    /// @returns what an option costs all users: the own utility at the last rates and powers, the
    ///        price of its units and the rent of its radio
    double RespondCost(uint32_t i, uint32_t option) const;

    /// Lets every user choose the option of least RespondCost() that fits its edge server.
    /// @param [out] option option of each user @returns whether any differs from the present one
    bool BestResponses(std::vector<uint32_t>& option);

    /// Sets the options @param option option of each user
    void SetOptions(const std::vector<uint32_t>& option);

    /// Solves a layer and keeps it if it is the best. @param layer the layer
    /// @param [in,out] report work is added, the best is updated
    void Try(uint32_t layer, LiGdEngineReport& report);

    /// Completes a report. @param [in,out] report the report
    void Finish(LiGdEngineReport& report);

    /// Takes the present state for the best so far. @param gamma its objective
    /// @param [in,out] report where the objective goes
    void Remember(double gamma, LiGdEngineReport& report);

    /// Offers the state as it stands, with units for a layer. @param layer the layer
    /// @param [in,out] report where layer and objective go
    void Keep(uint32_t layer, LiGdEngineReport& report);

    /// Goes to the best solution seen. @param report the report that knows it
    void Restore(const LiGdEngineReport& report);

    LiGdEngineParams m_params;                             //!< accuracy and budget
    const Instance* m_instance{nullptr};                   //!< instance of the last call
    PerDirection<ActiveLinks> m_links;                     //!< radio
    PerDirection<std::vector<double>> m_lastRate;          //!< last rate that was not zero
    ProjectedGradient m_descent;                           //!< solver
    std::vector<double> m_point;                           //!< its variables
    std::vector<double> m_gradient;                        //!< gradient there
    std::vector<std::pair<double, uint32_t>> m_candidates; //!< layers to reconsider
    Decision m_compute;                                    //!< options and units
    std::vector<uint32_t> m_option;                        //!< options, as a vector
    std::vector<std::vector<uint32_t>> m_cells;            //!< users by access point
    std::vector<UnitCurve> m_curves;                       //!< what compute units are worth
    std::vector<double> m_unitPrice;                       //!< of one unit, per access point
    Snapshot m_best;                                       //!< best layer so far
    double m_bar{std::numeric_limits<double>::infinity()}; //!< objective a layer has to beat
    double m_first{0};                                     //!< tolerance of the first descent
    bool m_cold{false};                                    //!< whether the radio is to set out
    bool m_gather{false};                                  //!< what a cold start does
    uint32_t m_layer{NONE};                                //!< chosen layer
    uint64_t m_slot{0};     //!< Resolve() calls since the last Sweep()
    uint64_t m_pricings{0}; //!< Price() calls, of one direction each
    uint64_t m_actives{0};  //!< Evaluate() calls, of one direction each
};

} // namespace noma
} // namespace ns3

#endif // NOMA_LI_GD_ENGINE_H
