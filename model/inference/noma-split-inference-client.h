/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SPLIT_INFERENCE_CLIENT_H
#define NOMA_SPLIT_INFERENCE_CLIENT_H

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/noma-client-transport.h"
#include "ns3/noma-compute-processor.h"
#include "ns3/noma-cut-chooser.h"
#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-inference-task.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-weight-policy.h"
#include "ns3/noma-workload.h"
#include "ns3/traced-callback.h"

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * What a controller may know of a client at an instant, over an ideal control channel.
 */
struct ClientState
{
    uint32_t waiting{0};       //!< tasks that wait for a cut
    double waitingImages{0};   //!< inferences they ask for
    uint32_t open{0};          //!< tasks not closed
    double deviceFlops{0};     //!< work left on the device (FLOP)
    double edgeFlopsToCome{0}; //!< tails whose tensors are not yet at the server (FLOP)
    double upBitsToCome{0};    //!< tensors not yet handed to a socket, headers included (bit)
    double downBitsToCome{0};  //!< of results what is not yet here, headers included (bit)
    uint32_t atEdge{0};        //!< tasks at the server or on the way back
    double deadlineWeight{0};  //!< wQ of the youngest open task that has a deadline
    /// What it has left until the deadline (s), negative when that has passed; infinite = none.
    double deadlineSeconds{std::numeric_limits<double>::infinity()};
    double deadlineScale{0}; //!< it turns late over this (s)
};

/**
 * @ingroup noma-inference
 * The device side of split inference, an ordinary application. Life of a task:
 *
 * 1. The workload creates it. It waits until a cut is chosen: by the attribute Cut, by the
 * CutChooser at once, or by a controller through Dispatch().
 * 2. The head runs on the device's processor, first come first served. At the last cut that is all.
 * 3. The tensors that cross the cut go to the server.
 * 4. The server runs the tail and returns the result.
 * 5. The task is closed: completed, or failed for exactly one reason. Its record, with the time and
 *    the energy of every stage, goes to the trace source Closed; each task is traced once.
 *
 * A task fails when its time-out expires, at its deadline if AbandonAtDeadline is set, when it is
 * cancelled, when no access point serves the user (see OutOfCoverage), when its tensors or result
 * would be larger than MaxMessageBytes, when the server turns it down, loses it or does not answer,
 * when the battery is empty, and when the application stops. What comes over the network from
 * elsewhere, or contradicts the task it names, is counted by reason (GetFaults(), trace source
 * Fault) and otherwise ignored.
 */
class SplitInferenceClient : public Application
{
  public:
    /// What becomes of tasks that wait for a controller while no access point serves the user.
    enum OutOfCoverage
    {
        ON_DEVICE, //!< they run on the device; they fail when the network cannot
        FAIL,      //!< they fail for want of coverage
        WAIT       //!< they wait for as long as it takes
    };

    /// @returns the type
    static TypeId GetTypeId();
    SplitInferenceClient();
    ~SplitInferenceClient() override;

    /**
     * The network to run, as the list of its cuts from "all at the edge" to "all on the device".
     *
     * @param name name of the model, for records
     * @param options work and bits per inference of every cut, at least one
     */
    void SetModel(const std::string& name, const std::vector<CutOption>& options);
    /**
     * Says what the cuts of SetModel() were made of, for rules that look into the DNN.
     *
     * @param dnn the DNN, with one cut per option; may be null
     */
    void SetDnn(std::shared_ptr<const DnnModel> dnn);
    /// @returns the DNN, null if only its cuts are known
    std::shared_ptr<const DnnModel> GetDnn() const;
    /// @returns work and bits per inference of every cut
    const std::vector<CutOption>& GetOptions() const;

    /// @param remote socket address of the server, used for tasks dispatched from now on
    void SetRemote(const Address& remote);
    /// @param processor runs the heads; replaces the one from the attribute
    void SetProcessor(Ptr<ComputeProcessor> processor);
    /// @returns what runs the heads
    Ptr<ComputeProcessor> GetProcessor() const;
    /// @returns the stream of tasks
    Ptr<Workload> GetWorkload() const;
    /// @returns the transport
    Ptr<ClientTransport> GetTransport() const;

    /// @returns user number
    uint32_t GetUser() const;
    /// @param user user number
    void SetUser(uint32_t user);
    /// @returns wT now, after the weight policy
    double GetDelayWeight() const;
    /// @param weight the user's own wT in [0, 1], from now on
    void SetDelayWeight(double weight);
    /// @returns battery level in [0, 1], 1 without a battery
    double GetBatteryLevel() const;

    /**
     * Leaves the choice of cuts to somebody else.
     *
     * @param waiting told whenever a task begins to wait; may be null
     */
    void SetController(std::function<void()> waiting);
    /**
     * Says whether an access point serves the user. When none has for CoveragePatience, tasks that
     * wait for a cut, and those created until one does, go the way of OutOfCoverage.
     *
     * @param covered whether one does
     */
    void SetCovered(bool covered);
    /**
     * Chooses a cut for all tasks that wait.
     *
     * @param cut cut
     * @param units compute units to ask for
     * @param forecast what is expected of them, for their records
     */
    void Dispatch(uint32_t cut, double units, const TaskForecast& forecast = {});
    /// @returns what a controller may know
    ClientState GetState() const;
    /**
     * Books energy of the radio on the task it was spent for: the oldest one in that stage.
     *
     * @param d direction
     * @param joules energy (J)
     */
    void AddRadioEnergy(Direction d, double joules);

    /// Creates a task now, beside the workload. @param arrival what it asks for; gap is ignored
    void CreateTask(const TaskArrival& arrival);
    /// Gives a task up. @param task task number @returns whether it was open
    bool CancelTask(uint32_t task);

    /// @returns tasks created so far
    uint32_t GetCreated() const;
    /// @returns tasks not closed
    uint32_t GetOpen() const;
    /// @returns what came over the network and was not acted upon, by reason
    const WireFaultCounters& GetFaults() const;
    /// @returns energy of the radio that no task could be charged for (J)
    double GetUnattributedEnergyJ() const;

    /// @param stream first stream number
    /// @returns number of streams used
    int64_t AssignStreams(int64_t stream) NOMA_OVERRIDE_SINCE_42;

    /// Signature of Fault. @param fault reason @param from socket address of the sender
    typedef void (*FaultCallback)(WireFault fault, const Address& from);
    /// Signature of the trace sources Created and Closed. @param record the task
    typedef void (*TaskCallback)(const TaskRecord& record);

  private:
    /// An open task.
    struct Task
    {
        TaskRecord record; //!< what is known so far
        uint64_t job{0};   //!< number at the processor, 0 = none
        EventId timeout;   //!< time-out
        EventId abandon;   //!< deadline
    };

    void DoInitialize() override;
    void DoDispose() override;
    void StartApplication() override;
    void StopApplication() override;

    /// No access point for long: what waits does so no longer.
    void OnUncovered();
    /// What becomes of a task without an access point. @param task number of a waiting task
    void StartUncovered(uint32_t task);
    /// @returns numbers of the tasks that wait for a cut
    std::vector<uint32_t> Waiting() const;
    /// Plans the next task of the workload.
    void ScheduleNext();
    /// Creates the next task of the workload. @param arrival what it asks for
    void OnArrival(TaskArrival arrival);
    /// @param task open task @param cut its cut @param units compute units to ask for
    void Start(Task& task, uint32_t cut, double units);
    /// @param task number of a task whose head is done @param result times and energy
    void OnHeadDone(uint32_t task, const ComputeResult& result);
    /// @param task number of a task whose tensors are at the server
    void OnUploaded(uint32_t task);
    /// @param header result header
    void OnResult(const InferenceHeader& header);
    /// @param task task number @param failure reason
    void Fail(uint32_t task, TaskFailure failure);
    /// @param failure reason, for all open tasks
    void FailAll(TaskFailure failure);
    /// Takes an open task out and traces it. @param task task number
    void Close(uint32_t task);
    /// Opens the transport if it is not.
    void OpenTransport();
    /// The battery is empty.
    void OnDepleted();
    /// The battery has recovered.
    void OnRecharged();

    uint32_t m_user;                       //!< user number
    Address m_remote;                      //!< server
    double m_delayWeight;                  //!< the user's own wT
    double m_deadlineWeight;               //!< wQ
    double m_deadlineSoftness;             //!< s
    uint32_t m_cut;                        //!< fixed cut, NONE = controller
    double m_units;                        //!< compute units to ask for without a controller
    Time m_timeout;                        //!< zero = none
    bool m_abandon;                        //!< give up at the deadline
    uint32_t m_maxOpen;                    //!< most open tasks
    uint64_t m_maxMessage;                 //!< most bytes of tensors or a result
    WireFaultCounters m_faults;            //!< not acted upon
    Ptr<Workload> m_workload;              //!< stream of tasks
    Ptr<ComputeProcessor> m_processor;     //!< runs heads
    Ptr<ClientTransport> m_transport;      //!< way to the server
    Ptr<WeightPolicy> m_weightPolicy;      //!< adapts wT
    Ptr<CutChooser> m_chooser;             //!< chooses cuts without a controller, or null
    std::string m_model;                   //!< name of the network
    std::vector<CutOption> m_options;      //!< its cuts
    std::shared_ptr<const DnnModel> m_dnn; //!< what they were made of, or null
    std::function<void()> m_waiting;       //!< told of waiting tasks
    bool m_controlled{false};              //!< whether a controller chooses
    OutOfCoverage m_outOfCoverage;         //!< what becomes of tasks then
    Time m_patience;                       //!< until then
    bool m_uncovered{false};               //!< whether that time has come
    EventId m_coverage;                    //!< when it will come
    bool m_running{false};                 //!< between start and stop
    bool m_open{false};                    //!< whether the transport is open
    bool m_depleted{false};                //!< out of energy
    uint32_t m_created{0};                 //!< tasks so far
    double m_unattributedJ{0};             //!< radio energy without a task
    std::map<uint32_t, Task> m_tasks;      //!< open tasks by number
    EventId m_next;                        //!< next arrival

    TracedCallback<const TaskRecord&> m_createdTrace; //!< a task arrived
    TracedCallback<const TaskRecord&> m_closedTrace;  //!< a task is closed
    /// something was not acted upon
    TracedCallback<WireFault, const Address&> m_faultTrace;
    /// a task entered a stage
    TracedCallback<const TaskRecord&> m_stageTrace;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SPLIT_INFERENCE_CLIENT_H
