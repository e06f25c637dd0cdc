/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EDGE_DISCIPLINE_H
#define NOMA_EDGE_DISCIPLINE_H

#include "ns3/nstime.h"
#include "ns3/object.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * What a discipline sees of a job at an edge server.
 */
struct EdgeJob
{
    uint64_t id{0};       //!< job number, ascending with arrival
    double flops{0};      //!< work left (FLOP)
    double asked{1};      //!< compute units asked for
    double weight{1};     //!< importance
    uint64_t kind{0};     //!< jobs of one kind may be served together; 0 = alone
    Time arrival;         //!< when it came
    double units{0};      //!< compute units held: 0 = waiting; of a batch, this job's share
    uint64_t batch{0};    //!< batch that it is served in
    uint32_t together{1}; //!< jobs that hold units*together as one
    double factor{1};     //!< time of the batch in times of the job alone on these units
};

/**
 * @ingroup noma-inference
 * Hands the compute units of an edge server to its jobs.
 */
class EdgeDiscipline : public Object
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /**
     * @param jobs the jobs, in order of arrival; their units are to be set
     * @param total units there are; the sum handed out must not exceed it
     */
    void Assign(std::vector<EdgeJob*>& jobs, double total);

    /// @returns when units are to be handed out anew if nothing comes or ends before
    Time GetNext() const;

  private:
    /// @param jobs the jobs @param total units
    virtual void DoAssign(std::vector<EdgeJob*>& jobs, double total) = 0;
    /// @returns see GetNext(); never unless the discipline says otherwise
    virtual Time DoGetNext() const;
};

/**
 * @ingroup noma-inference
 * First come first served: a job waits until the units it asks for are free, and so do all behind
 * it. Jobs in service keep their units, or change to what they newly ask for as far as units are
 * free.
 */
class FifoDiscipline : public EdgeDiscipline
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    void DoAssign(std::vector<EdgeJob*>& jobs, double total) override;
};

/**
 * @ingroup noma-inference
 * As first come first served, but of the waiting jobs the one with the least work left per weight
 * goes next (Smith's rule); jobs in service are not interrupted.
 */
class ShortestFirstDiscipline : public EdgeDiscipline
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    void DoAssign(std::vector<EdgeJob*>& jobs, double total) override;
};

/**
 * @ingroup noma-inference
 * Processor sharing: all jobs run at once, each with an equal part of the units.
 */
class SharingDiscipline : public EdgeDiscipline
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    void DoAssign(std::vector<EdgeJob*>& jobs, double total) override;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_EDGE_DISCIPLINE_H
