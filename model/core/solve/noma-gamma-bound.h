/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GAMMA_BOUND_H
#define NOMA_GAMMA_BOUND_H

#include "noma-group-value.h"
#include "noma-uplink-value.h"

#include "ns3/noma-instance.h"
#include "ns3/noma-units.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * A lower bound on Gamma over all feasible decisions, integral and shared in time, by Lagrangian
 * duality: downlink interference from other cells and residual interference are dropped, and what
 * users share is priced.
 *
 * Per AP and direction the users' rates then lie, on average over time, in the sum over the
 * subchannels of the capacity regions of at most K users (GroupValue, UplinkValue), and no user
 * holds more than one subchannel at a time. With prices mu_i of rate and tau_i of holding a
 * subchannel, per user and direction, rho_n of a compute unit, per edge server, pi_i of a watt in
 * the uplink and nu_nm of what AP n hears of other cells on subchannel m,
 *
 *     LB = sum_i min over options of [device + edge at price rho + sum_d min over R and p of
 *              ((t + e p) / R + mu R - pi p) - tau]
 *          - sum over (AP, subchannel, d) of max over at most K users, their powers and z of
 *              sum (mu r(z) - tau - pi p) + nu_n z - sum_l nu_l w_ln g_l(b_l / w_ln)
 *          - sum_n rho_n R_n,
 *
 * where R is at most what p gives on the user's best subchannel alone, and in the downlink, where
 * pi = nu = 0, p is the least such power. Every minimum is bounded from below and every maximum
 * from above, so any prices give a valid bound; the best are sought by supergradient steps scaled
 * per price by the root mean square of what came before (Kingma and Ba 2015), of falling length:
 * without pi and nu, with long steps and with short ones, then with all prices from the better end.
 * The best of the bounds of both ends counts.
 *
 * Power: a user sends at one power p, and holds at most one subchannel at a time, so the power it
 * spends over all subchannels is on average at most p: pi prices that.
 *
 * Interference: with b_l what is heard of cell l over noise, g(b) = min(log(1 + b), Z) and parts
 * w_l that sum to 1, log(1 + sum b_l) >= g(sum b_l) >= sum_l w_l g(b_l / w_l) =: z, as g is concave
 * and never falls; rates at noise raised by e^z only are no smaller. That z, which lies in [0, Z],
 * is a sum over cells: nu, of any size, prices its two sides.
 *
 * Time sharing does not break the bound: as c log(1 + s/(1 + I)) is concave in the share of its own
 * and convex in the interference, shares that sum to at most K can be turned into a random schedule
 * of at most K users per AP, independent over APs, no two users positively correlated (Gandhi et
 * al. 2006), in which no expected rate is smaller. The power budget of an access point only limits
 * the power of a user alone. What a missed deadline costs is never negative and is left out. It is
 * deterministic.
 */
class GammaBound
{
  public:
    /// @param instance a valid instance; kept by reference
    explicit GammaBound(const Instance& instance);

    /**
     * @param iterations steps over the prices
     * @returns a number that no feasible decision's Gamma is below
     */
    double Maximise(uint32_t iterations = ITERATIONS);

    /// Steps that noma-solve takes.
    static constexpr uint32_t ITERATIONS = 600;

    /// @returns the bound at all prices zero: every user alone
    double Alone();

  private:
    /// Decisions may exceed constraints by 1e-9, and sums are rounded: what is taken off a bound.
    static constexpr double SLACK = 1e-8;

    /// What one direction of one option asks for.
    struct Demand
    {
        double time{0};   //!< bits * wT / delayScale
        double energy{0}; //!< bits * wE / energyScale (1/W)
    };

    /// One user's radio in one direction.
    struct Radio
    {
        double pmin{0};             //!< least power (W)
        double noise{0};            //!< noise and SNR gap over the best gain (W)
        double pmax{0};             //!< greatest power (W)
        double most{0};             //!< greatest rate (nat per channel use), 0 if none
        double scale{0};            //!< about the price of one nat per channel use
        std::vector<Demand> demand; //!< per option
    };

    /// A point of the dual: prices or the derivative by them.
    using Prices = std::vector<double>;

    /**
     * @param x prices in units of m_unit
     * @param [out] slope a supergradient in these units, or null: then the bound is proven
     * @returns the bound
     */
    double Evaluate(const Prices& x, Prices* slope);

    /// What a user costs with its best option at the prices.
    /// @param x prices @param i user index
    /// @param [in,out] slope a supergradient, or null: then the cost is proven
    /// @returns at most that
    double UserCost(const Prices& x, uint32_t i, Prices* slope) const;

    /// Lengths of the steps of one ascent, in units of the prices.
    struct Phase
    {
        double first{0}; //!< of the first step
        double last{0};  //!< of the last step
    };

    /// Long steps find prices where places are short, short ones where hardly anything is: each
    /// ascent begins at no prices, and the better end counts.
    static constexpr Phase PHASES[] = {{3, 1e-2}, {0.1, 1e-3}};

    /// Ascends.
    /// @param [in,out] best best prices known
    /// @param reached the bound there
    /// @param x where to begin
    /// @param moving how many of the prices move, the first ones
    /// @param phase lengths of the steps
    /// @param iterations steps
    /// @returns the bound at the best prices, as searched
    double Ascend(Prices& best,
                  double reached,
                  Prices x,
                  std::size_t moving,
                  const Phase& phase,
                  uint32_t iterations);

    /// @param radio the user's radio
    /// @param demand t and e
    /// @param price of R
    /// @param [out] rate where it is about the least
    /// @returns at most (t + e max(pmin, P(R))) / R + price * R for all R allowed
    static double RadioCost(const Radio& radio, const Demand& demand, double price, double& rate);

    /// @param radio the user's radio
    /// @param demand t and e
    /// @param price of R
    /// @param wattPrice of power (1/W)
    /// @param close by which part the answer may be below the least
    /// @param [out] rate where it is about the least
    /// @param [out] powerW where it is about the least
    /// @returns at most (t + e p) / R + price * R - wattPrice * p for all R and p allowed
    static double PowerCost(const Radio& radio,
                            const Demand& demand,
                            double price,
                            double wattPrice,
                            double close,
                            double& rate,
                            double& powerW);

    /// @param radio the user's radio
    /// @returns the rate of its cheapest transfer alone (nat per channel use), 0 if none
    static double LikedRate(const Radio& radio);

    /// Finds which part of the interference at an access point each other one counts for.
    void WeighCells();

    /// @param i user @param l access point that hears it @param n its own @param m subchannel
    /// @param price of what is heard
    /// @returns what the user is charged there
    HeardAt Hears(uint32_t i, uint32_t l, uint32_t n, uint32_t m, double price) const;

    /// What a subchannel is worth in the uplink.
    /// @param x prices @param n access point @param m subchannel
    /// @param [in,out] slope a supergradient, or null: then the worth is proven
    /// @returns the worth
    double UplinkWorth(const Prices& x, uint32_t n, uint32_t m, Prices* slope);

    /// The same in the downlink.
    /// @param x prices @param n access point @param m subchannel
    /// @param [in,out] slope a supergradient, or null: then the worth is proven
    /// @returns the worth
    double DownlinkWorth(const Prices& x, uint32_t n, uint32_t m, Prices* slope);

    /// @param user user index
    /// @param flops work
    /// @param price of one unit
    /// @param [out] units where it is about the least
    /// @returns at most the edge's part of the utility plus price * r for all r allowed
    double EdgeCost(uint32_t user, double flops, double price, double& units) const;

    /// @param d direction
    /// @param user user index
    /// @returns index of the price of rate; that of holding a subchannel follows
    std::size_t Index(Direction d, std::size_t user) const
    {
        return 2 * (d * m_instance.users.size() + user);
    }

    /// @param user user index
    /// @returns index of the price of its power in the uplink
    std::size_t WattIndex(std::size_t user) const
    {
        return 4 * m_instance.users.size() + m_instance.edges.size() + user;
    }

    /// @param n access point
    /// @param m subchannel
    /// @returns index of the price of what is heard there of other cells in the uplink
    std::size_t HeardIndex(std::size_t n, std::size_t m) const
    {
        return WattIndex(m_instance.users.size()) + n * m_instance.subchannels + m;
    }

    const Instance& m_instance;                 //!< the problem
    PerDirection<std::vector<Radio>> m_radio;   //!< per user
    std::vector<UnitCurve> m_curves;            //!< compute units, per user
    std::vector<std::vector<uint32_t>> m_cells; //!< users per access point
    std::vector<std::vector<double>> m_device;  //!< device's cost, [user][option]
    PerDirection<std::vector<double>> m_lone;   //!< log(1 + SNR), [subchannel][user]
    std::vector<double> m_unit;                 //!< size of a price
    std::vector<double> m_part;                 //!< w, [hearing access point][other]
    std::vector<double> m_most;                 //!< Z, [access point][subchannel]
    GroupValue m_group;                         //!< worth of a downlink subchannel
    UplinkValue m_uplink;                       //!< worth of an uplink subchannel
    std::vector<UplinkCandidate> m_users;       //!< scratch
    UplinkValue::Answer m_choice;               //!< scratch
    std::vector<DualCandidate> m_candidates;    //!< scratch
    GroupValue::Answer m_answer;                //!< scratch
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GAMMA_BOUND_H
