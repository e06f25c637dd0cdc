/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GRANT_FREE_SCHEDULER_H
#define NOMA_GRANT_FREE_SCHEDULER_H

#include "noma-slot-scheduler.h"

#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Uplink blocks of uncoordinated access.
 */
struct NomaAccessCounts
{
    uint64_t sent{0};    //!< blocks sent
    uint64_t decoded{0}; //!< of these, decoded
    uint64_t limited{0}; //!< of these, sent with less power than their level wants
};

/**
 * @ingroup noma-radio
 * Uncoordinated (grant-free) uplink: in every slot a user that has something to send does so with
 * Probability, on a subchannel of its choice, with such power that it arrives at one of Levels
 * power levels of its choice, LevelStep apart; all choices are uniform and independent. Levels = 1
 * is slotted ALOHA, more are power-domain ALOHA. The access point decodes, strongest first, what
 * SIC can. What collides beyond that is lost, counted, and sent again by the ARQ.
 *
 * The network's MaxSuperposed must allow all users of a cell on one subchannel.
 *
 * The downlink is left to another scheduler.
 *
 * Idealisations: the access point knows who sends; users know their channel as the estimator does.
 */
class NomaGrantFreeScheduler : public SlotScheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaGrantFreeScheduler();
    ~NomaGrantFreeScheduler() override;

    /// @returns scheduler of the downlink
    Ptr<SlotScheduler> GetDownlink() const;

    /// @param downlink scheduler of the downlink
    void SetDownlink(Ptr<SlotScheduler> downlink);

    /**
     * Tells what became of uplink blocks since the start.
     *
     * @returns counts
     */
    NomaAccessCounts GetCounts() const;

  protected:
    void DoDispose() override;

  private:
    void DoSchedule(const SlotSnapshot& snapshot, std::vector<Grant>& grants) override;
    void DoReport(const std::vector<GrantOutcome>& outcomes) override;
    int64_t DoAssignStreams(int64_t stream) override;

    /**
     * Lets a user decide.
     *
     * @param s the network
     * @param ue user index
     * @param [in,out] grants a grant is appended if it sends
     */
    void Access(const SlotSnapshot& s, uint32_t ue, std::vector<Grant>& grants);

    double m_probability;                //!< of sending in a slot
    uint32_t m_levels;                   //!< number of power levels
    double m_stepDb;                     //!< between neighbouring levels (dB)
    double m_snrDb;                      //!< of the lowest level (dB)
    double m_efficiency;                 //!< rate (bit/s/Hz)
    Ptr<SlotScheduler> m_downlink;       //!< scheduler of the downlink
    Ptr<UniformRandomVariable> m_random; //!< choices
    SlotSnapshot m_downSnapshot;         //!< what that scheduler sees
    NomaAccessCounts m_counts;           //!< counts
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GRANT_FREE_SCHEDULER_H
