/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ASSIGNMENT_H
#define NOMA_ASSIGNMENT_H

#include "noma-power-polish.h"
#include "noma-subchannel.h"

#include "ns3/noma-decision.h"
#include "ns3/noma-units.h"

#include <limits>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * A decision under improvement: one option per user, one subchannel per user and direction, powers
 * and units. The objective is a sum of parts - the device's work per user, one cost per subchannel
 * and direction, one cost per edge server - so that a change costs only the parts it touches.
 *
 * Changes come in transactions: Begin(), any number of SetOption() and Move(), Settle(), and then
 * Commit() or Rollback(). An access point with at most capacity * M users never holds more than
 * the capacity on a subchannel; beyond that its subchannels are shared in time, by no more users
 * than could be superposed as long as those places suffice.
 */
class Assignment
{
  public:
    /// With more users, moves are given up that do not seem to pay, and searches try less.
    static constexpr std::size_t LARGE_USERS = 300;

    /// The users of one subchannel in one direction, at all access points.
    struct Cell
    {
        std::vector<SubchannelMember> members; //!< users
        std::vector<double> power;             //!< their powers (W)
        double cost{0};                        //!< their part of the objective
        uint64_t version{0};                   //!< equal only for equal contents
    };

    /// All that changes: a value to come back to.
    struct State
    {
        Decision decision;                              //!< options and units
        PerDirection<std::vector<uint32_t>> subchannel; //!< per user, NONE without radio
        PerDirection<std::vector<Cell>> cells;          //!< per subchannel
        PerDirection<std::vector<uint32_t>> count;      //!< users per [subchannel][ap]
        std::vector<double> edgeCost;                   //!< per access point
        std::vector<double> unitPrice;                  //!< per access point
        std::vector<double> unitsNeeded;                //!< sum of minimum units per access point
        std::vector<double> powerNeeded;                //!< sum of minimum powers, downlink
        std::vector<double> powerPrice;                 //!< per access point, downlink
    };

    /**
     * @param instance an instance that passed CheckServable(); kept by reference
     * @param capacity users per (access point, subchannel, direction)
     * @param integral whether nobody may share a subchannel in time: users beyond the places
     *        compute on their devices
     * @throws std::invalid_argument if more users must transmit than there are places
     */
    Assignment(const Instance& instance, uint32_t capacity, bool integral = false);

    /**
     * Starts from a decision. Shares of an access point that need no time sharing become whole
     * subchannels at the same average power: never worse, by concavity of the rate. Links that are
     * missing or in excess of the capacity are placed on the best subchannel with room.
     *
     * @param decision options within range; AdmitUsers() is applied
     */
    void Load(const Decision& decision);

    /// @returns the present state
    const State& GetState() const
    {
        return m_state;
    }

    /// @param state a state of this assignment to come back to
    void SetState(const State& state)
    {
        m_state = state;
        Begin();
    }

    /// @returns the decision; feasible after PolishAll() where a power budget binds, else always
    Decision ToDecision() const;

    /// @returns the objective, summed afresh
    double GetGamma() const;

    /// Starts a transaction.
    void Begin();
    /// @param user user @param option its new option
    void SetOption(uint32_t user, uint32_t option);
    /// @param user user @param d direction @param m subchannel or NONE @param powerW power (W)
    void Move(uint32_t user, Direction d, uint32_t m, double powerW);
    /**
     * Brings the touched parts up to date.
     *
     * @param iterations steps of power polish on each touched subchannel
     * @returns change of the objective since Begin(); if steps were asked for and do not seem to
     * lead below zero, some number that is not negative, and Rollback() must follow
     */
    double Settle(uint32_t iterations);

    /// @returns number of cells touched since Begin()
    std::size_t GetTouchedCount() const
    {
        return m_savedCellCount;
    }

    /// @param k below GetTouchedCount()
    /// @returns a touched cell as it is now
    const Cell& GetTouchedCell(std::size_t k) const
    {
        return m_state.cells[m_savedCells[k].d][m_savedCells[k].m];
    }

    /// Keeps the changes.
    void Commit();
    /// Takes them back.
    void Rollback();

    /**
     * @param defer whether to hold the price of units until RefreshUnits(): cheaper, no worse
     *        where the capacity of the edge servers does not bind
     */
    void DeferUnits(bool defer)
    {
        m_defer = defer;
    }

    /// Optimises the units of every edge server.
    void RefreshUnits();

    /**
     * Optimises the powers of every subchannel from several starts, the shares and the units.
     *
     * @param tolerance relative projected gradient norm
     * @param starts 1 = from the present powers only
     */
    void PolishAll(double tolerance, uint32_t starts);

    /// @returns the instance
    const Instance& GetInstance() const
    {
        return m_instance;
    }

    /// @returns users per access point
    const std::vector<std::vector<uint32_t>>& GetUsersByAp() const
    {
        return m_byAp;
    }

    /// @param user user
    /// @returns the option
    uint32_t GetOption(uint32_t user) const
    {
        return m_state.decision.users[user].option;
    }

    /// @param user user
    /// @param d direction
    /// @returns the subchannel or NONE
    uint32_t GetSubchannel(uint32_t user, Direction d) const
    {
        return m_state.subchannel[d][user];
    }

    /// @param user user
    /// @param d direction
    /// @returns the power (W), 0 without a subchannel
    double GetPower(uint32_t user, Direction d) const;

    /// @param d direction
    /// @param m subchannel
    /// @returns the cell
    const Cell& GetCell(Direction d, uint32_t m) const
    {
        return m_state.cells[d][m];
    }

    /// @param d direction
    /// @param m subchannel
    /// @param ap access point
    /// @returns whether one more user of the access point fits
    bool HasRoom(Direction d, uint32_t m, uint32_t ap) const
    {
        return m_state.count[d][m * m_byAp.size() + ap] < m_most[ap];
    }

    /// @param ap access point
    /// @returns whether the access point shares its subchannels in time
    bool IsFluid(uint32_t ap) const
    {
        return m_fluid[ap];
    }

    /// @param user user
    /// @param option its new option
    /// @returns whether minimum units and powers fit if the user changes
    bool Fits(uint32_t user, uint32_t option) const;

    /// @param user user
    /// @returns the cheapest option without radio that fits, NONE if none
    uint32_t BestOffline(uint32_t user) const;

    /// @param user user
    /// @param option option
    /// @returns the device's part of the utility
    double DeviceCost(uint32_t user, uint32_t option) const;

    /// @param user user
    /// @param option option
    /// @returns the edge's part at the present price of units
    double PricedEdgeCost(uint32_t user, uint32_t option) const;

    /// @param ap access point
    /// @param d direction
    /// @returns price of average downlink power
    double PowerPrice(uint32_t ap, Direction d) const
    {
        return d == DOWNLINK ? m_state.powerPrice[ap] : 0.0;
    }

    /// @param cost cost of a cell
    /// @returns the cost, or a finite stand-in for infinity, so that differences stay numbers
    static double Bounded(double cost)
    {
        return cost < 1e100 ? cost : 1e100;
    }

    /// Gives the members of one access point on a list equal shares within the capacity.
    /// @param members the list @param ap access point
    void ShareEqually(std::vector<SubchannelMember>& members, uint32_t ap) const;

    /// @returns users of one access point that transmit on a subchannel at a time
    uint32_t GetCapacity() const
    {
        return m_capacity;
    }

    /// @param d direction
    /// @returns the evaluator of one subchannel; its load is the caller's
    SubchannelProblem& GetProblem(Direction d)
    {
        return d == UPLINK ? m_up : m_down;
    }

    /// @returns subchannel evaluations since construction
    uint64_t GetEvaluations() const
    {
        return m_evaluations + m_polishUp.GetEvaluations() + m_polishDown.GetEvaluations();
    }

    /// @returns member evaluations since construction: a measure of work, not of time
    uint64_t GetWork() const
    {
        return m_work;
    }

    /// Adds to the measures of work. @param members members evaluated
    void Count(std::size_t members)
    {
        ++m_evaluations;
        m_work += members;
    }

    /// @returns largest relative projected gradient norm of the last PolishAll()
    double GetStationarity() const
    {
        return m_stationarity;
    }

  private:
    /// A cell as it was.
    struct SavedCell
    {
        Direction d; //!< direction
        uint32_t m;  //!< subchannel
        Cell cell;   //!< content
    };

    /// A user as it was.
    struct SavedUser
    {
        uint32_t user;                     //!< user
        UserDecision decision;             //!< option and units
        PerDirection<uint32_t> subchannel; //!< subchannels
    };

    /// An edge server as it was.
    struct SavedAp
    {
        uint32_t ap;               //!< access point
        double cost;               //!< edge cost
        double price;              //!< price of a unit
        std::vector<double> units; //!< units of its users
    };

    /// Saves a cell once per transaction. @param d direction @param m subchannel
    void TouchCell(Direction d, uint32_t m);
    /// Saves a user once per transaction. @param user user
    void TouchUser(uint32_t user);
    /// Saves an edge server once per transaction. @param ap access point
    void TouchAp(uint32_t ap);
    /// Updates shares, powers and cost of one cell. @param d direction @param m subchannel
    /// @param tolerance of the polish @param iterations of the polish
    /// @param bar as PowerPolish::Minimise()
    void Refresh(Direction d,
                 uint32_t m,
                 double tolerance,
                 uint32_t iterations,
                 double bar = std::numeric_limits<double>::infinity());

    /// @param d direction @returns the polish of its powers
    PowerPolish& GetPolish(Direction d)
    {
        return d == UPLINK ? m_polishUp : m_polishDown;
    }

    /// Tries shares in proportion to the square root of what they are worth. @param d direction
    /// @param m subchannel @param tolerance of the polish @param iterations of the polish
    void OptimiseShares(Direction d, uint32_t m, double tolerance, uint32_t iterations);
    /// Optimises the units of one edge server. @param ap access point
    void RefreshUnits(uint32_t ap);
    /// Puts a user into a cell. @param user user @param d direction @param m subchannel
    /// @param powerW power (W)
    void Insert(uint32_t user, Direction d, uint32_t m, double powerW);
    /// Takes a user out of its cell. @param user user @param d direction
    void Erase(uint32_t user, Direction d);
    /// Where nobody may take turns, takes users off the radio that find no place there.
    void AdmitLinks();
    /// Adjusts the sums of minimum units and power. @param user user @param sign +1 or -1
    void CountNeeds(uint32_t user, int sign);
    /// Finds the prices that keep downlink power within budget. @param tolerance of the polish
    void FitPowerBudget(double tolerance);

    const Instance& m_instance;                //!< instance
    uint32_t m_capacity;                       //!< users per cell of one access point
    bool m_integral;                           //!< whether nobody may take turns
    std::vector<std::vector<uint32_t>> m_byAp; //!< users per access point
    std::vector<bool> m_fluid;                 //!< time sharing, per access point
    std::vector<uint32_t> m_most;              //!< users per cell, those in turn included
    std::vector<UnitCurve> m_curves;           //!< edge cost per user
    State m_state;                             //!< the decision

    std::vector<SavedCell> m_savedCells; //!< transaction log
    std::vector<SavedUser> m_savedUsers; //!< transaction log
    std::vector<SavedAp> m_savedAps;     //!< transaction log
    std::size_t m_savedCellCount{0};     //!< entries of m_savedCells in use

    SubchannelProblem m_up;    //!< uplink evaluator
    SubchannelProblem m_down;  //!< downlink evaluator
    PowerPolish m_polishUp;    //!< uplink polish
    PowerPolish m_polishDown;  //!< downlink polish
    bool m_defer{false};       //!< whether units wait for RefreshUnits()
    uint64_t m_evaluations{0}; //!< subchannel evaluations outside the polish
    uint64_t m_work{0};        //!< member evaluations
    uint64_t m_version{0};     //!< of the cell that changed last
    double m_stationarity{0};  //!< of the last PolishAll()
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ASSIGNMENT_H
