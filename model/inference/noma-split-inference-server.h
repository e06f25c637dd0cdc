/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SPLIT_INFERENCE_SERVER_H
#define NOMA_SPLIT_INFERENCE_SERVER_H

#include "ns3/application.h"
#include "ns3/noma-edge-computer.h"
#include "ns3/noma-server-transport.h"
#include "ns3/noma-tail-forwarder.h"
#include "ns3/traced-callback.h"

#include <map>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * The edge side of split inference, an ordinary application that listens at one port on UDP and
 * TCP alike. Life of a task:
 *
 * 1. Its tensors arrive, in datagrams (any order, lost ones sent again) or over a stream.
 * 2. When they are complete, the tail is handed to the edge computer with the units the controller
 *    set for the user, or else those the client asked for. With MaxQueue jobs waiting already, it
 *    is turned down.
 * 3. When the tail is done, the result goes back with the times and the energy of what was done
 *    here, until the client has confirmed it.
 *
 * A tail may run elsewhere. With a Cloud and a CloudPolicy other than Never, tails go on to the
 * server there when MaxQueue wait here, or always. With OnHandOver = Follow, the tails of a user
 * that another access point serves now (SetHome()) go on to the server there, whether they have
 * just arrived, wait or run: what is left of the work, the tensors, and StateBytes for what else
 * there is of it. A server that sends a tail on is its client, over UDP and whatever lies between
 * the two, and returns the result to the user's client as its own: end of upload and start of the
 * tail are the first ones, its end is the last one, energies are added up. All the time it takes is
 * thus part of the edge's stage and of the way down. Where a tail cannot run in the end, its client
 * is told so.
 *
 * What comes over the network is believed only as far as the attributes allow: claims of bytes and
 * work, incomplete tensors, connections and their idle time are bounded, lengths are compared, and
 * a user tied to a node (BindUser()) is spoken for by that node alone. The rest is counted by
 * reason (GetFaults(), trace source Fault) and touches nobody's task. A sender that forges a source
 * address is believed: networks that have such need IPsec or the like.
 *
 * Crash() loses everything at once, as a power cut would; Restart() listens again.
 */
class SplitInferenceServer : public Application
{
  public:
    /// When tails go on to the cloud.
    enum CloudPolicy
    {
        NEVER,     //!< never
        WHEN_FULL, //!< when MaxQueue tails wait here
        ALWAYS     //!< always
    };

    /// What becomes of the tails of a user that another access point serves now.
    enum HandOver
    {
        STAY,  //!< they stay here
        FOLLOW //!< they go to the server there
    };

    /// @returns the type
    static TypeId GetTypeId();
    SplitInferenceServer();
    ~SplitInferenceServer() override;

    /// Loses all tasks and stops answering.
    void Crash();
    /// Answers again.
    void Restart();
    /// @returns whether it answers
    bool IsUp() const;

    /// @returns the compute units
    Ptr<EdgeComputer> GetComputer() const;

    /**
     * Sets the compute units and the importance of a user's tails, those here and those to come.
     *
     * @param user user number
     * @param units compute units, > 0
     * @param weight importance
     */
    void SetUnits(uint32_t user, double units, double weight = 1);

    /// @param user user number
    /// @returns work left of a user's tails here (FLOP)
    double GetRemainingFlops(uint32_t user) const;
    /// @param user user number
    /// @returns a user's result bytes not yet handed to a socket
    uint64_t GetUnsentBytes(uint32_t user) const;
    /// @returns tails here, in service and waiting
    std::size_t GetJobs() const;
    /// @returns tasks the datagram side holds state for
    std::size_t GetExchanges() const;
    /// @returns open connections of the stream side
    std::size_t GetConnections() const;
    /// @returns port listened at
    uint16_t GetPort() const;

    /**
     * Ties a user to a node: only what comes from an address of that node may speak for the user.
     *
     * @param user user number
     * @param node the user's node
     */
    void BindUser(uint32_t user, Ptr<Node> node);
    /// Lets another server's node speak for all users. @param node its node
    void BindServer(Ptr<Node> node);
    /**
     * Says where the tails of a user are to run; see OnHandOver.
     *
     * @param user user number
     * @param server socket address of the server there; invalid = here
     */
    void SetHome(uint32_t user, const Address& server);
    /// @param cloud socket address of the cloud's server; invalid = none
    void SetCloud(const Address& cloud);
    /// @returns what became of tails sent to other servers
    const ForwardCounters& GetForwarded() const;
    /// @returns tails at other servers
    std::size_t GetUnderWay() const;
    /// @returns what came over the network and was not acted upon, by reason
    const WireFaultCounters& GetFaults() const;

    /// Signature of Fault. @param fault reason @param from socket address of the sender
    typedef void (*FaultCallback)(WireFault fault, const Address& from);
    /// Signature of Arrived. @param user user number @param task task number
    /// @param units compute units asked for
    typedef void (*ArrivedCallback)(uint32_t user, uint32_t task, double units);
    /// Signature of Forwarded. @param user user number @param task task number
    /// @param bytes tensors and state sent
    typedef void (*ForwardedCallback)(uint32_t user, uint32_t task, uint64_t bytes);
    /// Signature of Rejected. @param user user number @param task task number
    typedef void (*RejectedCallback)(uint32_t user, uint32_t task);
    /// Signature of Crashed. @param lost tails lost
    typedef void (*CrashedCallback)(uint32_t lost);

  private:
    /// A tail.
    struct Job
    {
        InferenceHeader header; //!< of the tensors
        uint64_t id{0};         //!< number at the computer
        Time upEnd;             //!< tensors complete
        Time start;             //!< it first held units, before it was sent on
        bool started{false};    //!< whether it did
        double spentJ{0};       //!< energy spent on it here before (J)
    };

    void DoInitialize() override;
    void DoDispose() override;
    void StartApplication() override;
    void StopApplication() override;

    /// Opens the sockets.
    void Listen();
    /// @returns whether another tail may wait
    bool Admit() const;
    /// @param from socket address @returns whether it is that of a server that may speak for users
    bool IsServer(const Address& from) const;
    /// @returns whether fewer tails wait than may
    bool HasRoom() const;
    /// @param header of tensors @returns units and weight: as set, else as asked for
    std::pair<double, double> GetUnits(const InferenceHeader& header) const;
    /// @param user user number @returns where a tail that arrives now is to run; invalid = here
    Address FindPlace(uint32_t user) const;
    /// Sends a tail on. @param key task @param job its tail, not at the computer @param to server
    void Forward(const TaskKey& key, Job job, const Address& to);
    /// @param key task whose tail was sent on @param result its result
    void OnReturned(const TaskKey& key, const InferenceHeader& result);
    /// @param key task whose tail was sent on in vain
    void OnForwardFailed(const TaskKey& key);
    /// @param key task @param result its result, for the client
    void SendResult(const TaskKey& key, const InferenceHeader& result);
    /// @param from socket address of the client @param header of tensors @returns what is wrong
    WireFault CheckClaim(const Address& from, const InferenceHeader& header) const;
    /// @param fault reason @param from socket address of the sender
    void OnFault(WireFault fault, const Address& from);
    /// @param key task
    /// @param header of the tensors
    /// @returns whether the tail was taken
    bool OnTensors(const TaskKey& key, const InferenceHeader& header);
    /// @param key task the client no longer wants
    void OnCancelled(const TaskKey& key);
    /// @param key task whose tail is done, a copy: the caller's may go with the job
    /// @param done times and energy
    void OnDone(TaskKey key, const ComputeResult& done);

    uint16_t m_port;                     //!< port
    bool m_ipv6;                         //!< listen on IPv6 instead of IPv4
    uint32_t m_maxQueue;                 //!< most tails waiting
    uint32_t m_segmentBytes;             //!< result bytes per datagram
    Time m_timeout;                      //!< wait for a client's answer
    uint32_t m_maxProbes;                //!< unanswered questions before giving up
    Time m_forget;                       //!< patience with partial tensors
    Time m_idle;                         //!< patience with idle connections
    uint32_t m_maxIncomplete;            //!< most tasks with incomplete tensors
    uint32_t m_maxHostIncomplete;        //!< likewise, of one network address
    uint32_t m_maxConnections;           //!< most connections
    uint32_t m_maxHostConnections;       //!< likewise, from one network address
    uint64_t m_maxTensorBytes;           //!< most bytes of a task's tensors
    uint64_t m_maxResultBytes;           //!< most bytes of a task's result
    double m_maxFlops;                   //!< most work of a tail (FLOP)
    bool m_knownOnly;                    //!< turn down users not tied to a node
    Address m_cloud;                     //!< next server, invalid = none
    CloudPolicy m_cloudPolicy;           //!< when tails go there
    HandOver m_handOver;                 //!< what becomes of tails whose user moved
    uint32_t m_stateBytes;               //!< beside its tensors, of a tail that follows its user
    WireFaultCounters m_faults;          //!< not acted upon
    bool m_up{false};                    //!< whether it answers
    bool m_running{false};               //!< between start and stop
    Ptr<EdgeComputer> m_computer;        //!< compute units
    UdpServerTransport m_udp;            //!< datagram side
    TcpServerTransport m_tcp;            //!< stream side
    std::map<TaskKey, Job> m_jobs;       //!< tails here
    TailForwarder m_forwarder;           //!< way to other servers
    std::map<TaskKey, Job> m_sent;       //!< tails at other servers
    std::set<uint32_t> m_servers;        //!< node numbers of servers that speak for users
    std::map<uint32_t, Address> m_homes; //!< user -> server, where it is not here
    std::map<uint32_t, std::pair<double, double>> m_units; //!< user -> units, weight
    std::map<uint32_t, Ptr<Node>> m_nodes;                 //!< user -> node

    /// a tail arrived
    TracedCallback<uint32_t, uint32_t, double> m_arrivedTrace;
    /// something was not acted upon
    TracedCallback<WireFault, const Address&> m_faultTrace;
    /// a tail was sent on
    TracedCallback<uint32_t, uint32_t, uint64_t> m_forwardedTrace;
    /// a tail was turned down
    TracedCallback<uint32_t, uint32_t> m_rejectedTrace;
    /// the server crashed
    TracedCallback<uint32_t> m_crashedTrace;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SPLIT_INFERENCE_SERVER_H
