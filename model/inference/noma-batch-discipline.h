/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_BATCH_DISCIPLINE_H
#define NOMA_BATCH_DISCIPLINE_H

#include "ns3/noma-edge-discipline.h"

#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Serves waiting jobs of one kind (tails of one network and cut) together. A batch of b jobs holds
 * the units that the oldest of them asks for, and takes s(b) = slowdown(b)*s(1), where s(1) is the
 * time of one job on these units; its jobs end together. A batch may start when it has MaxBatch
 * jobs or its oldest has waited for TimeOut. Those that may start do so in the order of their
 * oldest jobs, until one does not fit. Units asked for later do not change a batch in service.
 */
class BatchDiscipline : public EdgeDiscipline
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /**
     * Time of a batch in times of one job.
     *
     * @param jobs jobs of the batch, 1 to MaxBatch
     * @returns slowdown, at least 1
     */
    double GetSlowdown(uint32_t jobs) const;

  private:
    /// How the time grows with the batch.
    enum class Growth
    {
        LINEAR, //!< 1 + a(b - 1)
        POWER,  //!< b^a
        TIMES   //!< as listed
    };

    void DoAssign(std::vector<EdgeJob*>& jobs, double total) override;
    Time DoGetNext() const override;

    /// @param text "linear:a", "power:a" or "times:1,t2,..."
    void SetSlowdown(std::string text);
    /// @returns the attribute's text
    std::string GetSlowdownText() const;
    /// Lets batches in service keep their units. @param jobs all jobs @returns units in use
    double KeepServed(const std::vector<EdgeJob*>& jobs);

    uint32_t m_maxBatch{8};            //!< most jobs of a batch
    Time m_timeOut;                    //!< longest wait for more jobs
    std::string m_text;                //!< the attribute's text
    Growth m_growth{Growth::LINEAR};   //!< law of the slowdown
    std::vector<double> m_numbers;     //!< its numbers
    uint64_t m_batches{0};             //!< batches so far
    std::map<uint64_t, double> m_held; //!< units of batches in service
    Time m_next;                       //!< when a batch may start for its age
};

} // namespace noma
} // namespace ns3

#endif // NOMA_BATCH_DISCIPLINE_H
