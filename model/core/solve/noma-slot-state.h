/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_STATE_H
#define NOMA_SLOT_STATE_H

#include "noma-slot-rates.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * A whole decision of the slot problem that can be changed: drafts of one or more subchannels are
 * opened, edited, valued and then committed or discarded. Powers of a subchannel ascend along the
 * signs of the gradient of V by the logarithm of each, with a step of its own that grows while the
 * sign stays and shrinks when it turns, which copes with the kink where a backlog is used up.
 */
class SlotState
{
  public:
    /// A user on a subchannel.
    struct Held
    {
        uint32_t column{0}; //!< index of the pair
        uint32_t link{0};   //!< user
        uint32_t ap{0};     //!< its access point
        double powerW{0};   //!< power (W)
        double bits{0};     //!< bits it sends
        double removal{0};  //!< change of V if it leaves, see RemovalGain()
        bool known{false};  //!< whether removal is up to date
    };

    /// A subchannel as it would be.
    struct Draft
    {
        uint32_t subchannel{0}; //!< which
        std::vector<Held> held; //!< users, those of an access point next to each other
        double value{0};        //!< its part of V, for maxPerUser = 1
        uint64_t changed{0};    //!< when the subchannel had last changed

        /// @param link a user on it
        /// @returns what was taken off
        Held Remove(uint32_t link)
        {
            const auto it = std::find_if(held.begin(), held.end(), [link](const Held& x) {
                return x.link == link;
            });
            const Held removed = *it;
            held.erase(it);
            return removed;
        }

        /// @param x who joins
        void Insert(const Held& x)
        {
            const auto same = [&x](const Held& y) { return y.ap == x.ap; };
            const auto first = std::find_if(held.begin(), held.end(), same);
            held.insert(std::find_if_not(first, held.end(), same), x);
        }
    };

    /**
     * @param problem a valid problem, which must outlive the use of this object, as must columns
     * @param columns pairs to choose from
     * @param powerSteps steps of a power ascent, at most
     */
    void Reset(const SlotProblem& problem, const SlotColumns& columns, uint32_t powerSteps);

    /// @param entries a decision; pairs that are not among the columns are left out
    void Set(const std::vector<SlotEntry>& entries);

    /// @param [out] entries the decision
    void Get(std::vector<SlotEntry>& entries) const;

    /// @returns V
    double GetValue() const;

    /// @param m subchannel
    /// @returns users on it, those of an access point next to each other
    const std::vector<Held>& On(uint32_t m) const
    {
        return m_subchannels[m].held;
    }

    /// @param m subchannel
    /// @returns when it last changed, see GetClock()
    uint64_t Changed(uint32_t m) const
    {
        return m_subchannels[m].changed;
    }

    /// @returns number of changes so far
    uint64_t GetClock() const
    {
        return m_clock;
    }

    /// @param link a user
    /// @returns subchannels it holds
    const std::vector<uint32_t>& Holds(uint32_t link) const
    {
        return m_holds[link];
    }

    /**
     * Opens a subchannel for change.
     *
     * @param m subchannel
     * @returns its draft, the one that is open already if any; valid until the next call
     */
    Draft& Open(uint32_t m);

    /// @returns by how much V changes if the open drafts are committed
    double Gain();

    /**
     * @param m subchannel
     * @param k position of a user on it
     * @returns by how much V changes if this user leaves
     */
    double RemovalGain(uint32_t m, std::size_t k);

    /**
     * @param c index of a pair
     * @param powerW power (W)
     * @returns utility of what the user would send on it without interference of its own cell and
     *          without counting energy: no change that brings it there gains more
     */
    double ValueAlone(uint32_t c, double powerW) const;

    /// Puts the open drafts into effect.
    void Commit();

    /// Undoes the last Commit() and the power ascents since, of its subchannels.
    void Revert();

    /// Forgets the open drafts.
    void Discard()
    {
        m_open = 0;
    }

    /// @returns V but for a constant that the subchannels of the last Commit() do not change
    double GetCommittedValue() const;

    /// Optimises the powers of all subchannels, one after the other.
    void OptimisePowers()
    {
        for (uint32_t m = 0; m < m_subchannels.size(); ++m)
        {
            OptimisePowers(m);
        }
    }

    /// @param m subchannel whose powers are optimised
    void OptimisePowers(uint32_t m);

    /**
     * @param link a user
     * @param but subchannel not counted, NONE = count all
     * @param what power (W) or bits
     * @returns their sum over the subchannels it holds
     */
    double Elsewhere(uint32_t link, uint32_t but, double Held::*what) const;

    /// @param ap access point, for a problem with apPowerW
    /// @returns power it has left with the open drafts (W)
    double PowerLeft(uint32_t ap) const;

    /// @returns subchannels evaluated since Reset()
    uint64_t GetEvaluations() const
    {
        return m_evaluations;
    }

  private:
    /// Users on a subchannel.
    struct Subchannel
    {
        std::vector<Held> held; //!< users
        double value{0};        //!< its part of V, for maxPerUser = 1
        uint64_t changed{0};    //!< when it last changed
    };

    /**
     * @param m subchannel
     * @param [in,out] held users, bits are set
     * @returns value of this subchannel, see Worth()
     */
    double Evaluate(uint32_t m, std::vector<Held>& held);

    /**
     * @param m subchannel
     * @param held its users
     * @returns V of these users with what they send elsewhere, less the energy spent here
     */
    double Worth(uint32_t m, const std::vector<Held>& held) const;

    /// Gain() where users hold several subchannels. @returns the same
    double GainByUser();

    /// Limits powers to budgets. @param m subchannel @param [in,out] held users
    void Limit(uint32_t m, std::vector<Held>& held) const;

    /// Computes m_gradient at the last Evaluate(). @param m subchannel @param held users
    void Differentiate(uint32_t m, const std::vector<Held>& held);

    /// Sums the powers of access points.
    void SumPowers();

    const SlotProblem* m_problem{nullptr};      //!< the problem
    const SlotColumns* m_columns{nullptr};      //!< pairs
    uint32_t m_powerSteps{0};                   //!< of a power ascent
    SlotRates m_rates;                          //!< rates
    std::vector<Subchannel> m_subchannels;      //!< by subchannel
    std::vector<std::vector<uint32_t>> m_holds; //!< subchannels held, by user
    std::vector<double> m_apPowerW;             //!< downlink: power on the air by access point (W)
    std::vector<Draft> m_drafts;                //!< subchannels of the present change
    std::size_t m_open{0};                      //!< number of them in use
    std::size_t m_committed{0};                 //!< number of them in the last Commit()
    uint64_t m_clock{0};                        //!< counts changes
    uint64_t m_evaluations{0};                  //!< work
    std::vector<SlotLayer> m_layers;            //!< scratch
    std::vector<double> m_worth;                //!< scratch
    std::vector<double> m_gradient;             //!< scratch: by log of power
    std::vector<double> m_last;                 //!< scratch: gradient before
    std::vector<double> m_step;                 //!< scratch: steps of powers
    std::vector<Held> m_trial;                  //!< scratch
    std::vector<Held> m_without;                //!< scratch
    std::vector<std::pair<uint32_t, double>> m_before; //!< scratch: users and bits
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_STATE_H
