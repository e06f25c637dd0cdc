/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GROUP_VALUE_H
#define NOMA_GROUP_VALUE_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * A user that might hold a subchannel, as the dual of the objective sees it.
 */
struct DualCandidate
{
    uint32_t user{0}; //!< user index; no set has a user twice
    uint32_t part{0}; //!< which of its ranges of power, for the caller
    double value{0};  //!< worth of one nat of rate per channel use
    double charge{0}; //!< price of holding the subchannel, and of the power
    double powerW{0}; //!< greatest power (W)
    double noiseW{0}; //!< noise, SNR gap included, over gain (W)
    double lone{0};   //!< log(1 + powerW / noiseW)
    double net{0};    //!< value * lone - charge
};

/**
 * @ingroup noma-core-solve
 * The most that one subchannel of one access point is worth at given prices,
 *
 *     max over at most K users and their powers of  sum_i (value_i rate_i - charge_i),
 *
 * without interference from other cells and with perfect cancellation: the rates then lie in the
 * capacity region of a multiple access channel (uplink; Tse and Hanly, 1998) or in that of a
 * degraded broadcast channel whose layers have a greatest power each (downlink).
 *
 * - Uplink: more power never hurts, and of the decoding orders that by ascending value is the best
 *   (largest last), with which the worth of a set is sum_k (v_k - v_(k+1)) log(1 + sum_(j <= k) P_j
 * / N_j), v descending. It is submodular in the set, so that what a user adds to a set bounds what
 * it adds to a larger one.
 * - Downlink: with Z_k the power of the k strongest, the worth is
 *   sum_k v_k log((N_k + Z_k) / (N_k + Z_(k-1))), where 0 <= Z_k - Z_(k-1) <= P_k; the weakest
 * layer takes its greatest power, and of two neighbours that share a power the best border is (v_s
 * N_w - v_w N_s) / (v_w - v_s).
 *
 * Reuses its memory between calls.
 */
class GroupValue
{
  public:
    /// A set of users and its worth.
    struct Answer
    {
        double value{0};            //!< greatest net worth; Bound(): at least that
        std::vector<uint32_t> user; //!< who
        std::vector<double> rate;   //!< rates (nat per channel use)
    };

    /// How downlink rates may be ordered.
    enum class Region
    {
        UPLINK,       //!< multiple access
        DOWNLINK,     //!< broadcast, decoded by ascending gain
        DOWNLINK_ANY, //!< decoded in any order: bounded by every user alone
    };

    /// @param region which rates are possible @param most K, at least 1
    GroupValue(Region region, uint32_t most);

    /**
     * Looks for the best set.
     *
     * @param [in,out] candidates users; those with a net worth alone of at most 0 are dropped
     * @param [out] answer the set
     */
    void Search(std::vector<DualCandidate>& candidates, Answer& answer);

    /**
     * @param [in,out] candidates users, as for Search()
     * @returns a number that no set's worth exceeds, close to the greatest
     */
    double Bound(std::vector<DualCandidate>& candidates);

    /**
     * One step of a proof in the uplink that refines ranges of power.
     *
     * @param [in,out] candidates users, as for Search(), each perhaps several times
     * @param most users in a set, at most
     * @param known what is no news
     * @param proof whether to look at many sets
     * @returns a number that neither a set's worth nor known exceeds, the greatest if few sets do
     */
    double Grown(std::vector<DualCandidate>& candidates, uint32_t most, double known, bool proof);

    /// @returns the best set of the last call, empty where none is better than what was known
    const std::vector<DualCandidate>& GetSet() const
    {
        return m_keep;
    }

    /// @returns the worth of that set, or what was known
    double GetWorth() const
    {
        return m_best;
    }

    /// @param [out] answer the best set of the last call, its worth and rates
    void Describe(Answer& answer) const;

  private:
    /// Drops who cannot help, sorts the rest by net worth. @param [in,out] candidates users
    static void Prepare(std::vector<DualCandidate>& candidates);
    /// Looks for the best set. @param candidates users, prepared @param budget sets grown, at most
    /// @param known worth that was reached
    void SearchPrepared(const std::vector<DualCandidate>& candidates,
                        uint64_t budget,
                        double known = 0);
    /// @returns the worth of m_set, charges not counted; finds m_border in the downlink
    double Worth();
    /// @returns the worth of an uplink set, which it sorts by descending value
    double UplinkWorth();
    /// @returns the worth of a downlink set at the best powers found
    double DownlinkWorth();
    /// Searches the borders from one layer outwards. @param k layer @param below power inside it
    /// @param worth of the layers inside @param [in,out] best greatest so far
    void Borders(std::size_t k, double below, double worth, double& best);
    /// @param known worth that was reached
    /// @returns at least the worth of a downlink set, by branch and bound over the borders
    double DownlinkBound(double known);
    /// Grows m_set. @param candidates all @param open those that may still join, best first
    /// @param net worth of m_set less charges
    void Grow(const std::vector<DualCandidate>& candidates,
              const std::vector<uint32_t>& open,
              double net);
    /// Grows m_set for Bound() in the downlink. @param candidates all @param first next to join
    /// @param worth at least that of m_set @param charge of m_set
    void GrowBound(const std::vector<DualCandidate>& candidates,
                   std::size_t first,
                   double worth,
                   double charge);
    /// Takes m_set for the best. @param net its worth less charges
    void Keep(double net);

    /// A box of borders that may hold the best powers of a downlink set.
    struct Box
    {
        double bound;             //!< no powers in it are worth more
        std::vector<double> low;  //!< least Z_k
        std::vector<double> high; //!< greatest Z_k
    };

    /// Tightens a box and bounds it. @param [in,out] box the box @returns whether it is not empty
    bool Tighten(Box& box) const;

    Region m_region;                   //!< which rates
    uint32_t m_most;                   //!< K
    uint64_t m_budget{0};              //!< sets left to look at
    double m_best{0};                  //!< net worth of the best set, or the bound
    double m_open{0};                  //!< bound on sets that the budget left out
    std::vector<DualCandidate> m_set;  //!< present set: uplink as it came, downlink strongest first
    std::vector<DualCandidate> m_keep; //!< best set
    std::vector<double> m_border;      //!< downlink: Z_k of m_set
    std::vector<double> m_trial;       //!< downlink: Z_k being tried
    std::vector<double> m_keepBorder;  //!< m_border of the best set
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GROUP_VALUE_H
