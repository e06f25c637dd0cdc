/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_SCHEDULER_H
#define NOMA_SLOT_SCHEDULER_H

#include "ns3/noma-slot.h"
#include "ns3/object.h"

#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Decides who may send what in a slot, for the whole network at once.
 *
 * The network calls Schedule() at the start of every slot, also when nothing is waiting, and
 * Report() at its end. Subclasses implement DoSchedule(); this class checks what they return.
 */
class SlotScheduler : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    SlotScheduler();
    ~SlotScheduler() override;

    /**
     * Ends the program with a message if the scheduler broke a rule; see CheckGrants().
     *
     * @param snapshot the network at the start of the slot
     * @returns the grants in the order of CheckGrants(), valid until the next call
     */
    const std::vector<Grant>& Schedule(const SlotSnapshot& snapshot);

    /**
     * Tells what became of the grants that were used; those for which nothing was left to send are
     * not among them.
     *
     * @param outcomes outcomes of one slot
     */
    void Report(const std::vector<GrantOutcome>& outcomes);

    /**
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

    /**
     * Puts grants into ascending order of direction, access point, subchannel and position in the
     * decoding order.
     *
     * @param [in,out] grants grants
     */
    static void SortGrants(std::vector<Grant>& grants);

    /**
     * Checks grants against the rules: indices in range; user and access point switched on and
     * associated with each other; powers positive and rates not negative, both finite; at most K
     * grants per direction, access point and subchannel, their positions 0, 1, ... and their users
     * distinct; powers within the limits of users and access points (1e-9 relative).
     *
     * @param snapshot the network
     * @param grants sorted grants
     * @returns a message that names the first offence; empty if there is none
     */
    static std::string CheckGrants(const SlotSnapshot& snapshot, const std::vector<Grant>& grants);

  private:
    /**
     * @param snapshot the network at the start of the slot
     * @param [out] grants grants in any order; empty when called
     */
    virtual void DoSchedule(const SlotSnapshot& snapshot, std::vector<Grant>& grants) = 0;

    /// @param outcomes outcomes of one slot
    virtual void DoReport(const std::vector<GrantOutcome>& outcomes);

    /**
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    virtual int64_t DoAssignStreams(int64_t stream);

    std::vector<Grant> m_grants; //!< grants of the present slot
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_SCHEDULER_H
