/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_METRIC_H
#define NOMA_METRIC_H

#include "ns3/noma-slot.h"
#include "ns3/object.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * What a scheduler thinks a bit of a user is worth. A scheduler that serves whom it serves so that
 * the sum over users of worth times rate is greatest follows the metric.
 */
class NomaMetric : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    ~NomaMetric() override;

    /**
     * Tells what became of the grants of a slot.
     *
     * @param outcomes outcomes
     */
    void Report(const std::vector<GrantOutcome>& outcomes);

    /**
     * Takes everything up to a slot into account; called at least before values are asked for.
     *
     * @param snapshot the network at the start of the slot
     */
    void Update(const SlotSnapshot& snapshot);

    /**
     * Says what a bit is worth in the slot of the last Update().
     *
     * @param snapshot the network at the start of the slot
     * @param d direction
     * @param ue user index
     * @returns worth of a bit, in a unit that only compares; not negative
     */
    double GetValue(const SlotSnapshot& snapshot, Direction d, uint32_t ue) const;

  private:
    /// @param outcomes outcomes of a slot
    virtual void DoReport(const std::vector<GrantOutcome>& outcomes);

    /// @param snapshot the network at the start of a slot
    virtual void DoUpdate(const SlotSnapshot& snapshot);

    /**
     * @param snapshot the network at the start of the slot
     * @param d direction
     * @param ue user index
     * @returns worth of a bit
     */
    virtual double DoGetValue(const SlotSnapshot& snapshot, Direction d, uint32_t ue) const = 0;
};

/**
 * @ingroup noma-radio
 * A bit is a bit: who has the best channel is served (max rate, greatest sum throughput).
 */
class NomaMaxRateMetric : public NomaMetric
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoGetValue(const SlotSnapshot& snapshot, Direction d, uint32_t ue) const override;
};

/**
 * @ingroup noma-radio
 * A bit is worth the bits that wait behind it: backlog times rate is greatest, which keeps queues
 * finite whenever any scheduler can (Tassiulas and Ephremides, IEEE Transactions on Automatic
 * Control 37, 1992).
 */
class NomaMaxWeightMetric : public NomaMetric
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoGetValue(const SlotSnapshot& snapshot, Direction d, uint32_t ue) const override;
};

/**
 * @ingroup noma-radio
 * A bit is worth the inverse of the user's average throughput to the power of Alpha: 1 is
 * proportional fair (Kelly; Viswanath, Tse and Laroia, IEEE Transactions on Information Theory 48,
 * 2002), 0 is max rate, more favours the weak more (alpha-fairness; Mo and Walrand, IEEE/ACM
 * Transactions on Networking 8, 2000). Averages are exponential, over Window slots, of what was
 * received.
 */
class NomaProportionalFairMetric : public NomaMetric
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    /**
     * Gives the average throughput.
     *
     * @param d direction
     * @param ue user index
     * @returns average throughput up to the last Update() (bit/s)
     */
    double GetAverageBps(Direction d, uint32_t ue) const;

    /**
     * Says what a bit is worth, for which nothing but the averages is needed.
     *
     * @param d direction
     * @param ue user index
     * @returns worth of a bit
     */
    double GetWorth(Direction d, uint32_t ue) const;

  private:
    void DoReport(const std::vector<GrantOutcome>& outcomes) override;
    void DoUpdate(const SlotSnapshot& snapshot) override;
    double DoGetValue(const SlotSnapshot& snapshot, Direction d, uint32_t ue) const override;

    double m_window;                             //!< averaging time constant (slots)
    double m_alpha;                              //!< exponent
    uint64_t m_slot{0};                          //!< slot of the last update
    PerDirection<std::vector<double>> m_average; //!< bit/s by user
    PerDirection<std::vector<double>> m_bits;    //!< received since, by user
};

} // namespace noma
} // namespace ns3

#endif // NOMA_METRIC_H
