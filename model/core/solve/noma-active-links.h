/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ACTIVE_LINKS_H
#define NOMA_ACTIVE_LINKS_H

#include "noma-projected-gradient.h"

#include "ns3/noma-decision.h"
#include "ns3/noma-instance.h"
#include "ns3/noma-rate-kernel.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * The radio part of the relaxed objective in one direction,
 *
 *     sum_i (t_i + e_i p_i) / R_i,   R_i = sum_m x[i][m] W log2(1 + gamma[i][m]),
 *
 * as a smooth problem over short lists of columns, the (user, subchannel) pairs whose share may be
 * positive; all other shares are zero. With a few columns per user, value and gradient cost
 * O(columns * access points) however many subchannels there are. Price() looks at every pair once
 * and adds the columns that would lower the objective most (column generation).
 *
 * The decoding order is by gain, whatever the instance's key: orders by received power or by gain
 * over interference change with the variables, and the objective jumps where they do.
 *
 * Variables are x and log p, each times the root of the user's cost at the last Build(): the
 * curvature is then of the order of one for near and far users alike. The two shared constraints,
 * K users per (access point, subchannel) and the access point's power budget, enter as an
 * augmented Lagrangian; the rest of the feasible set is a product of {x >= 0, sum x <= 1} and
 * intervals, to which Project() projects exactly.
 */
class ActiveLinks : public SmoothProblem
{
  public:
    /// One positive share that is not excluded.
    struct Column
    {
        uint32_t subchannel{0}; //!< subchannel
        double share{0};        //!< share
    };

    /// What a solution consists of; assigning it reuses memory.
    struct State
    {
        std::vector<Column> columns;          //!< [user][CAPACITY]
        std::vector<uint32_t> count;          //!< columns per user
        std::vector<double> power;            //!< power per user (W)
        std::vector<double> multiplier;       //!< of K, [subchannel][ap]
        std::vector<double> budgetMultiplier; //!< of the power budget, per access point
        double unit{0};                       //!< mean cost that the multipliers belong to
    };

    /// @param direction link direction
    explicit ActiveLinks(Direction direction);

    /**
     * Starts from nothing: every user gets its strongest subchannel in full.
     *
     * @param instance a valid instance; kept by reference until the next call
     * @param capacity users per (access point, subchannel) at a time
     */
    void Start(const Instance& instance, uint32_t capacity);

    /**
     * Keeps columns, powers and multipliers for an instance of the same dimensions whose gains and
     * tasks have moved on.
     *
     * @param instance a valid instance; kept by reference until the next call
     * @param capacity users per (access point, subchannel) at a time
     */
    void Continue(const Instance& instance, uint32_t capacity);

    /**
     * Starts from a decision, whoever were the users before: those with shares hold them, the
     * others get their strongest subchannel in full. Prices of places are kept if those are as
     * many.
     *
     * @param instance a valid instance; kept by reference until the next call
     * @param capacity users per (access point, subchannel) at a time
     * @param decision a decision for its users, with subchannels of the instance
     */
    void Resume(const Instance& instance, uint32_t capacity, const Decision& decision);

    /**
     * @param option option of each user; those without bits in this direction stay silent but
     *        keep their columns for the next call
     */
    void SetOptions(const std::vector<uint32_t>& option);

    /// Puts every user on its strongest subchannel, at maximum power.
    void Gather();

    /// Spreads every user evenly over its strongest subchannels, as many as it can hold.
    void Spread();

    /**
     * Puts the users that transmit at the present options on one subchannel each, one after the
     * other where it costs least beside those that are there already, at most K at a time: where
     * places are scarce, a far better start than everybody's strongest subchannel.
     *
     * @param afresh whether to begin from nothing; otherwise users stay where they are unless
     *        another subchannel is better
     * @param sweeps how often everybody is asked
     */
    void Place(bool afresh, uint32_t sweeps);

    /**
     * Moves a few users that transmit to any subchannel, in full and at any power, so that a
     * descent ends elsewhere.
     *
     * @param rng random numbers
     */
    void Shake(std::mt19937_64& rng);

    /// @param instance an instance
    /// @returns whether Continue() can take over the state
    bool Fits(const Instance& instance) const
    {
        return m_users == instance.users.size() && m_aps == instance.GetAps() &&
               m_subchannels == instance.subchannels;
    }

    /// @returns columns, powers and multipliers
    const State& GetState() const
    {
        return m_state;
    }

    /// Goes back to a state @param state of the same instance
    void SetState(const State& state)
    {
        m_state = state;
    }

    /// Fetches gains, sorts and scales for the present columns.
    void Build();

    /// Writes the present state in the problem's variables @param [out] x GetSize() values
    void GetPoint(double* x) const;

    /// Takes shares and powers from the problem's variables @param x GetSize() values
    void SetPoint(const double* x);

    std::size_t GetSize() const override;
    void Evaluate(const double* x, double* cost, double* gradient) override;
    void Project(double* x) const override;

    /**
     * Moves the multipliers of the shared constraints (augmented Lagrangian).
     *
     * @returns the worst excess over K, relative to K, or over the power budget, relative to it
     */
    double UpdateMultipliers();

    /**
     * Prices every (user, subchannel) at the state of the last Evaluate(), which must have been
     * with gradient and at the point that SetPoint() took, and adds the best columns of each user.
     *
     * @param perUser columns to add per user, at most
     * @returns sum over the users of the first-order gain of moving to the best new column
     */
    double Price(uint32_t perUser);

    /// Finds what GetRent() tells, at the state of the last Evaluate(), with gradient.
    void FindRents();

    /// @param user user index
    /// @returns what the user's transmission costs the others at first order, and what its places
    ///        are let for where K binds
    double GetRent(uint32_t user) const
    {
        return m_rent[user];
    }

    /// Drops the columns that ended without share.
    void Prune();

    /**
     * Scales shares down where more than K users are left on a subchannel and powers where the
     * budget is exceeded.
     */
    void Repair();

    /// @returns the objective without the multipliers' part at the last Evaluate()
    double GetRadioCost() const
    {
        return m_radioCost;
    }

    /// @param user user index
    /// @returns rate at the last Evaluate() (bit/s), 0 if silent
    double GetRate(uint32_t user) const
    {
        return m_rate[user];
    }

    /// @param user user index
    /// @returns power (W)
    double GetPower(uint32_t user) const
    {
        return m_state.power[user];
    }

    /// Sets the power @param user user index @param p power (W), clamped to the user's bounds
    void SetPower(uint32_t user, double p);

    /// @param user user index
    /// @returns the user's columns
    const Column* GetColumns(uint32_t user) const
    {
        return &m_state.columns[user * CAPACITY];
    }

    /// @param user user index
    /// @returns how many columns the user has
    uint32_t GetColumnCount(uint32_t user) const
    {
        return m_state.count[user];
    }

    /// @returns users that transmit, ascending
    const std::vector<uint32_t>& GetActiveUsers() const
    {
        return m_active;
    }

    /// @returns number of columns of all users that transmit
    std::size_t GetActiveColumns() const
    {
        return m_entries.size();
    }

    /// Greatest number of columns per user.
    static constexpr uint32_t CAPACITY = 12;

  private:
    /// Powers span decades but not infinitely many: log p needs a finite lower bound.
    static constexpr double LEAST_POWER_RATIO = 1e-9;

    /// One column in the order of evaluation: by subchannel, access point, strength.
    struct Entry
    {
        uint32_t user;       //!< user
        uint32_t subchannel; //!< subchannel
        uint32_t ap;         //!< access point of the user
        uint32_t variable;   //!< index of its share among the variables
        double own;          //!< gain to the own access point
    };

    /// The entries of one access point on one subchannel.
    struct Group
    {
        uint32_t ap;         //!< access point
        uint32_t subchannel; //!< subchannel
        uint32_t begin;      //!< first entry
        uint32_t end;        //!< one past the last entry
    };

    /// Forgets what the multipliers have learnt.
    void ClearMultipliers();
    /// @param bounds power bounds (W)
    /// @returns the least power considered
    static double LeastPower(const Interval& bounds);
    /// @param count how many
    /// @returns every user's strongest subchannels, strongest first
    std::vector<std::vector<uint32_t>> StrongestFew(uint32_t count) const;
    /// Notes every user's strongest subchannel and its gain
    void FindStrongest();
    /// Reads bounds and sizes of an instance @param instance the instance
    /// @param capacity users per (access point, subchannel) at a time
    void Attach(const Instance& instance, uint32_t capacity);

    /// @param user user index
    /// @returns whether the user transmits at the present options
    bool IsSilent(uint32_t user) const
    {
        return m_time[user] == 0 && m_energy[user] == 0;
    }

    /// Interference, SINR, spectral efficiency of the groups [first, last) of one subchannel
    /// @param first first group @param last one past the last group
    void ForwardUp(uint32_t first, uint32_t last);
    /// The same for the downlink @param first first group @param last one past the last group
    void ForwardDown(uint32_t first, uint32_t last);
    /// Prices of transmitted power @param first first group @param last one past the last group
    void AdjointUp(uint32_t first, uint32_t last);
    /// The same for the downlink @param first first group @param last one past the last group
    void AdjointDown(uint32_t first, uint32_t last);
    /// Prices the pairs of one subchannel @param m subchannel
    void PriceSubchannel(uint32_t m);
    /// Adds what is on the air to m_layers @param group access point and subchannel
    void AppendLayers(const Group& group);
    /// Notes a pair as a candidate @param user user @param m subchannel
    /// @param reduced derivative of the objective with respect to its share
    void Offer(uint32_t user, uint32_t m, double reduced);

    Direction m_direction;               //!< direction
    const RateKernels* m_kernels;        //!< log2(1 + S / D) by the vector
    const Instance* m_instance{nullptr}; //!< instance
    uint32_t m_users{0};                 //!< U
    uint32_t m_aps{0};                   //!< N
    uint32_t m_subchannels{0};           //!< M
    uint32_t m_capacity{1};              //!< K, or less
    double m_hz{0};                      //!< W
    double m_noise{0};                   //!< noise per subchannel (W)
    double m_gap{1};                     //!< SNR gap, linear
    double m_residual{0};                //!< eps
    double m_budget{0};                  //!< access point's power budget (W), infinite if none
    bool m_decodable{false};             //!< downlink rate rule

    State m_state;                             //!< columns, powers, multipliers
    std::vector<double> m_time;                //!< t_i
    std::vector<double> m_energy;              //!< e_i
    std::vector<std::vector<uint32_t>> m_cell; //!< users of each access point

    std::vector<Entry> m_entries;       //!< active columns
    std::vector<double> m_gain;         //!< [entry][ap]
    std::vector<Group> m_groups;        //!< groups of entries
    std::vector<uint32_t> m_groupBegin; //!< first group of each subchannel, M + 1 values
    std::vector<uint32_t> m_active;     //!< users that transmit
    std::vector<uint32_t> m_firstShare; //!< first share variable of each active user, and the end
    std::vector<uint32_t> m_bucket;     //!< scratch of the counting sort
    std::vector<double> m_scale;        //!< root of the user's cost, per active user
    std::vector<Interval> m_bound;      //!< of the power variable, per active user
    std::vector<uint32_t> m_place;      //!< position in m_active of each user

    std::vector<double> m_share;      //!< share per entry
    std::vector<double> m_air;        //!< share times power per entry
    std::vector<double> m_noiseRatio; //!< downlink: (interference + noise) / own gain
    std::vector<uint32_t> m_limit;    //!< downlink: entry whose channel limits the rate
    std::vector<double> m_total;      //!< denominator of the SINR per entry
    std::vector<double> m_signal;     //!< signal over gap, per entry
    std::vector<double> m_spectral;   //!< log2(1 + sinr / gap) per entry
    std::vector<double> m_inverse;    //!< 1 / (signal + interference) per entry
    std::vector<double> m_slope;      //!< signal / (D (signal + D)) per entry
    std::vector<double> m_q;          //!< price of interference per entry
    std::vector<double> m_price;      //!< price of transmitted power per entry
    std::vector<double> m_cross;      //!< [group][ap] received power or price of other cells
    std::vector<double> m_rate;       //!< rate per user
    std::vector<double> m_rent;       //!< what a user's radio costs the others, and its places
    std::vector<double> m_worth;      //!< -d objective / d rate per user
    std::vector<double> m_least;      //!< least derivative over the user's columns
    std::vector<double> m_userPower;  //!< power per user at the point of evaluation
    double m_radioCost{0};            //!< objective without multipliers

    std::vector<double> m_excess;       //!< positive part of multiplier + penalty * excess
    std::vector<double> m_load;         //!< users per [subchannel][ap]
    double m_stiffness{1};              //!< of the penalties, grows where the excess stays
    double m_lastExcess{0};             //!< what UpdateMultipliers() returned last
    double m_penalty{0};                //!< weight of K's quadratic penalty
    std::vector<double> m_budgetExcess; //!< positive part, as above
    std::vector<double> m_budgetLoad;   //!< power per access point (W)
    double m_budgetPenalty{0};          //!< weight of the budget's quadratic penalty

    std::vector<double> m_peak;           //!< strongest own gain per user
    std::vector<uint32_t> m_strongest;    //!< its subchannel
    bool m_sorted{true};                  //!< whether users are numbered cell by cell
    std::vector<uint32_t> m_cellUsers;    //!< users sorted by access point
    std::vector<uint32_t> m_cellOffset;   //!< first of each access point, and the end
    std::vector<uint32_t> m_sortedPlace;  //!< position in m_cellUsers of each user
    std::vector<double> m_sortedRows;     //!< gains in that order, if users are not sorted
    std::vector<double> m_sortedPower;    //!< power in that order, 0 if silent
    std::vector<double> m_sortedMarginal; //!< worth of one bit/s/Hz in that order, 0 if silent
    std::vector<double> m_reduced;        //!< derivatives by the shares in that order
    std::vector<const double*> m_rows;    //!< gains to each access point
    std::vector<double> m_cellCross;      //!< per access point: uplink price, downlink power
    std::vector<double> m_cellBase;       //!< per access point: uplink interference and noise
    std::vector<double> m_cellPrice;      //!< per access point: downlink price of one watt
    std::vector<KernelLayer> m_layers;    //!< layers on the air
    std::vector<double> m_bestCost; //!< reduced costs of the best new columns, [user][perUser]
    std::vector<uint32_t> m_bestSubchannel; //!< their subchannels
    uint32_t m_perUser{0};                  //!< how many are kept
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ACTIVE_LINKS_H
