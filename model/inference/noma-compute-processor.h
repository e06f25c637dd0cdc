/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_COMPUTE_PROCESSOR_H
#define NOMA_COMPUTE_PROCESSOR_H

#include "ns3/event-id.h"
#include "ns3/noma-compute-energy-model.h"
#include "ns3/noma-time-spread.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/traced-value.h"

#include <cstdint>
#include <deque>
#include <functional>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * A piece of work that has been done.
 */
struct ComputeResult
{
    Time start;        //!< when it first ran
    Time end;          //!< when it was done
    double energyJ{0}; //!< energy it took (J)
};

/**
 * @ingroup noma-inference
 * The processor of a device: one job at a time, first come first served, at clock x FLOP-per-cycle,
 * drawing kappa*clock^3 while it runs. Energy of a job: kappa*clock^2*FLOP/flopPerCycle, eq. (13).
 */
class ComputeProcessor : public Object
{
  public:
    /// Called when a job is done.
    using DoneCallback = std::function<void(const ComputeResult&)>;

    /// @returns the type
    static TypeId GetTypeId();
    ComputeProcessor();
    ~ComputeProcessor() override;

    /**
     * @param flops work (FLOP), >= 0
     * @param done called when the work is done, from the event loop
     * @returns job number, never 0
     */
    uint64_t Submit(double flops, DoneCallback done);

    /**
     * Takes a job back; its callback is not called.
     *
     * @param job number given by Submit()
     * @returns energy spent on it so far (J); 0 if it is not here
     */
    double Cancel(uint64_t job);

    /// Loses all jobs and draws nothing until SwitchOn(). Submit() keeps jobs waiting meanwhile.
    void SwitchOff();
    /// Runs again.
    void SwitchOn();
    /// @returns whether it runs
    bool IsOn() const;

    /// @returns speed (FLOP/s)
    double GetSpeed() const;
    /// @returns clock (Hz)
    double GetClockHz() const;
    /// @returns FLOP per cycle
    double GetFlopPerCycle() const;
    /// @returns effective switched capacitance (W/Hz^3)
    double GetKappa() const;
    /// @returns work not yet done, all jobs together (FLOP)
    double GetBacklogFlops() const;
    /// @returns jobs here, the running one included
    uint32_t GetJobs() const;
    /// @returns energy spent on jobs so far, cancelled and lost ones included (J)
    double GetEnergyJ() const;

    /**
     * Fixes the random stream of computing times.
     *
     * @param stream stream index
     * @returns the number of streams used: 0 without TimeSpread
     */
    int64_t AssignStreams(int64_t stream);

    /// @returns power drawn now (W)
    double GetPowerW() const;

    /// @param model told about this processor's power; may be null
    void SetEnergyModel(Ptr<ComputeEnergyModel> model);
    /// @returns the energy model, or null
    Ptr<ComputeEnergyModel> GetEnergyModel() const;

  private:
    /// One job.
    struct Job
    {
        uint64_t id{0};    //!< number
        double flops{0};   //!< work (FLOP)
        DoneCallback done; //!< told at the end
        Time start;        //!< start of service
        double factor{1};  //!< its time in times of the predicted
    };

    void DoInitialize() override;
    void DoDispose() override;

    /// @param spread relative standard deviation of times
    void SetTimeSpread(double spread);
    /// @returns relative standard deviation of times
    double GetTimeSpread() const;
    /// Starts the first job if nothing runs.
    void StartNext();
    /// The running job is done.
    void Finish();
    /// @returns energy of the running job up to now (J)
    double SpentOnRunning() const;
    /// Tells the energy model what is drawn now.
    void UpdatePower();

    double m_clockHz;                //!< clock (Hz)
    double m_flopPerCycle;           //!< FLOP per cycle
    double m_kappa;                  //!< W/Hz^3
    double m_idlePowerW;             //!< power when idle (W)
    TimeSpread m_spread;             //!< scatter of computing times
    bool m_on{true};                 //!< whether it runs
    uint64_t m_next{1};              //!< next job number
    std::deque<Job> m_jobs;          //!< first come first served
    EventId m_event;                 //!< end of the running job
    double m_energyJ{0};             //!< spent on jobs that left (J)
    TracedValue<bool> m_busy{false}; //!< whether a job runs
    Ptr<ComputeEnergyModel> m_model; //!< energy model, may be null
};

} // namespace noma
} // namespace ns3

#endif // NOMA_COMPUTE_PROCESSOR_H
