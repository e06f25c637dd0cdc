/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EDGE_COMPUTER_H
#define NOMA_EDGE_COMPUTER_H

#include "ns3/event-id.h"
#include "ns3/noma-compute-energy-model.h"
#include "ns3/noma-compute-processor.h"
#include "ns3/noma-edge-discipline.h"
#include "ns3/noma-instance.h"
#include "ns3/noma-time-spread.h"
#include "ns3/object.h"
#include "ns3/traced-value.h"

#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * The compute units of an edge server. A job that holds r units runs at Speed(r) =
 * lambda(r)*clock*flopPerCycle; the units of all jobs in service never exceed the total, and jobs
 * beyond that wait. Who gets how many is the discipline's choice, made whenever a job arrives, ends
 * or asks for other units. Energy of the work done at r units: kappa*(lambda(r)*clock)^2*FLOP/
 * flopPerCycle, eq. (16). Circuit power, if there is any, is shared equally by the jobs in service
 * at any time.
 */
class EdgeComputer : public Object
{
  public:
    /// Called when a job is done.
    using DoneCallback = ComputeProcessor::DoneCallback;

    /// @returns the type
    static TypeId GetTypeId();
    EdgeComputer();
    ~EdgeComputer() override;

    /**
     * @param flops work (FLOP), >= 0
     * @param units compute units asked for, > 0; more than there are means all of them
     * @param weight importance, for disciplines that look at it
     * @param done called when the work is done, from the event loop
     * @param kind jobs of one kind may be served together, if the discipline does so; 0 = alone
     * @returns job number, never 0
     */
    uint64_t Submit(double flops,
                    double units,
                    double weight,
                    DoneCallback done,
                    uint64_t kind = 0);

    /**
     * Takes a job back; its callback is not called.
     *
     * @param job number given by Submit()
     * @returns energy spent on it so far (J); 0 if it is not here
     */
    double Cancel(uint64_t job);

    /**
     * Asks for other units for a job, waiting or in service.
     *
     * @param job number given by Submit()
     * @param units compute units, > 0
     */
    void SetUnits(uint64_t job, double units);

    /// Loses all jobs without calling back.
    void Clear();

    /// @param job its number
    /// @returns work left of a job (FLOP), 0 if it is not here
    double GetRemainingFlops(uint64_t job);
    /// @param job its number
    /// @returns when a job first held units; now, if it never did
    Time GetStart(uint64_t job);
    /// @param job its number
    /// @returns units a job holds now, 0 while it waits
    double GetUnits(uint64_t job) const;
    /// @returns jobs in service
    uint32_t GetServed() const;
    /// @returns jobs waiting
    uint32_t GetWaiting() const;
    /// @returns units held by all jobs together
    double GetUnitsInUse() const;
    /// @returns energy spent on jobs so far (J)
    double GetEnergyJ();

    /// @returns what the optimiser knows of this server
    EdgeServer GetDescription() const;
    /// @param lambda speed-up over units
    void SetLambda(const Lambda& lambda);
    /// @param units units held
    /// @returns speed (FLOP/s); below one unit a share of that unit's time
    double Speed(double units) const;
    /// @param units units it holds
    /// @returns power drawn by a job (W)
    double PowerW(double units) const;

    /**
     * Fixes the random stream of computing times.
     *
     * @param stream stream index
     * @returns the number of streams used: 0 without TimeSpread
     */
    int64_t AssignStreams(int64_t stream);

    /// @param model told about the power drawn; may be null
    void SetEnergyModel(Ptr<ComputeEnergyModel> model);
    /// @returns the energy model, or null
    Ptr<ComputeEnergyModel> GetEnergyModel() const;

  private:
    /// One job.
    struct Job
    {
        EdgeJob view;        //!< what the discipline sees
        double spentJ{0};    //!< energy so far (J)
        bool started{false}; //!< whether it ever held units
        Time start;          //!< when it first did
        DoneCallback done;   //!< told at the end
    };

    void DoInitialize() override;
    void DoDispose() override;

    /// @param text "linear", "power:a" or "amdahl:f"
    void SetLambdaText(std::string text);
    /// @returns the attribute's text
    std::string GetLambdaText() const;

    /// @param spread relative standard deviation of times
    void SetTimeSpread(double spread);
    /// @returns relative standard deviation of times
    double GetTimeSpread() const;
    /// @param job the job
    /// @returns speed of a job in service (FLOP/s)
    double JobSpeed(const EdgeJob& job) const;
    /// @param job the job
    /// @returns power drawn for a job in service (W)
    double JobPowerW(const EdgeJob& job) const;
    /// @param job number
    /// @returns the job, or end
    std::vector<Job>::iterator Find(uint64_t job);
    /// Books the work done since the last change.
    void Progress();
    /// Lets the discipline hand out units anew and plans the next completion.
    void Reassign();
    /// At least one job is done.
    void Complete();
    /// @returns power of all jobs and of the idle server (W)
    double TotalPowerW() const;

    double m_units;                     //!< compute units in all
    double m_clockHz;                   //!< clock of a unit (Hz)
    double m_flopPerCycle;              //!< FLOP per cycle of a unit
    double m_kappa;                     //!< W/Hz^3
    double m_idlePowerW;                //!< power that no job is charged for (W)
    double m_circuitPowerW;             //!< power beside the jobs' while there are any (W)
    TimeSpread m_spread;                //!< scatter of computing times
    Lambda m_lambda;                    //!< speed-up
    Ptr<EdgeDiscipline> m_discipline;   //!< who gets how many units
    uint64_t m_next{1};                 //!< next job number
    std::vector<Job> m_jobs;            //!< in order of arrival
    Time m_last;                        //!< time up to which progress is booked
    EventId m_event;                    //!< next completion
    double m_energyJ{0};                //!< spent on jobs that left (J)
    TracedValue<uint32_t> m_waiting{0}; //!< jobs waiting
    TracedValue<double> m_inUse{0};     //!< units in use
    Ptr<ComputeEnergyModel> m_model;    //!< energy model, may be null
};

} // namespace noma
} // namespace ns3

#endif // NOMA_EDGE_COMPUTER_H
