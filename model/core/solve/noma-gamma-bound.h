/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GAMMA_BOUND_H
#define NOMA_GAMMA_BOUND_H

#include "noma-group-value.h"

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
 * duality: interference from other cells and residual interference are dropped, and what users
 * share is priced.
 *
 * Per AP and direction the users' rates then lie, on average over time, in the sum over the
 * subchannels of the capacity regions of at most K users (GroupValue), and no user holds more than
 * one subchannel at a time. With prices mu_i of rate and tau_i of holding a subchannel, per user
 * and direction, and rho_n of a compute unit, per edge server,
 *
 *     LB = sum_i min over options of [device + edge at price rho + sum_d min over R of
 *              ((t + e max(pmin, P(R))) / R + mu R) - tau]
 *          - sum over (AP, subchannel, d) of max over at most K users of sum (mu r - tau)
 *          - sum_n rho_n R_n,
 *
 * where P(R) is the power that R takes on the user's best subchannel alone. Every minimum is
 * bounded from below and every maximum from above, so any prices give a valid bound; the best are
 * sought by supergradient steps scaled per price by the root mean square of what came before
 * (Kingma and Ba 2015), of falling length, twice: with long steps and with short ones.
 *
 * Time sharing does not break the bound: as c log(1 + s/(1 + I)) is concave in the share of its own
 * and convex in the interference, shares that sum to at most K can be turned into a random schedule
 * of at most K users, no two of them positively correlated (Gandhi et al. 2006), in which no
 * expected rate is smaller. The power budget of an access point only limits the power of a user
 * alone. What a missed deadline costs is never negative and is left out. It is deterministic.
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

    /// Lengths of the steps of one ascent, in units of the prices.
    struct Phase
    {
        double first{0}; //!< of the first step
        double last{0};  //!< of the last step
    };

    /// Long steps find prices where places are short, short ones where hardly anything is: each
    /// ascent begins at no prices, and the better end counts.
    static constexpr Phase PHASES[] = {{3, 1e-2}, {0.1, 1e-3}};

    /// Ascends from no prices.
    /// @param [in,out] best best prices known
    /// @param reached the bound there
    /// @param phase lengths of the steps
    /// @param iterations steps
    /// @returns the bound at the best prices, as searched
    double Ascend(Prices& best, double reached, const Phase& phase, uint32_t iterations);

    /// @param radio the user's radio
    /// @param demand t and e
    /// @param price of R
    /// @param [out] rate where it is about the least
    /// @returns at most (t + e max(pmin, P(R))) / R + price * R for all R allowed
    static double RadioCost(const Radio& radio, const Demand& demand, double price, double& rate);

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

    const Instance& m_instance;                 //!< the problem
    PerDirection<std::vector<Radio>> m_radio;   //!< per user
    std::vector<UnitCurve> m_curves;            //!< compute units, per user
    std::vector<std::vector<uint32_t>> m_cells; //!< users per access point
    std::vector<std::vector<double>> m_device;  //!< device's cost, [user][option]
    PerDirection<std::vector<double>> m_lone;   //!< log(1 + SNR), [subchannel][user]
    std::vector<double> m_unit;                 //!< size of a price
    PerDirection<GroupValue> m_group;           //!< worth of a subchannel
    std::vector<DualCandidate> m_candidates;    //!< scratch
    GroupValue::Answer m_answer;                //!< scratch
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GAMMA_BOUND_H
