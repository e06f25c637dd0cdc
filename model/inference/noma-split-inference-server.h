/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SPLIT_INFERENCE_SERVER_H
#define NOMA_SPLIT_INFERENCE_SERVER_H

#include "ns3/application.h"
#include "ns3/noma-edge-computer.h"
#include "ns3/noma-server-transport.h"
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
    /// @returns what came over the network and was not acted upon, by reason
    const WireFaultCounters& GetFaults() const;

    /// Signature of Fault. @param fault reason @param from socket address of the sender
    typedef void (*FaultCallback)(WireFault fault, const Address& from);
    /// Signature of Arrived. @param user user number @param task task number
    /// @param units compute units asked for
    typedef void (*ArrivedCallback)(uint32_t user, uint32_t task, double units);
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
    };

    void DoInitialize() override;
    void DoDispose() override;
    void StartApplication() override;
    void StopApplication() override;

    /// Opens the sockets.
    void Listen();
    /// @returns whether another tail may wait
    bool Admit() const;
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
    /// @param key task whose tail is done @param done times and energy
    void OnDone(const TaskKey& key, const ComputeResult& done);

    uint16_t m_port;               //!< port
    bool m_ipv6;                   //!< listen on IPv6 instead of IPv4
    uint32_t m_maxQueue;           //!< most tails waiting
    uint32_t m_segmentBytes;       //!< result bytes per datagram
    Time m_timeout;                //!< wait for a client's answer
    uint32_t m_maxProbes;          //!< unanswered questions before giving up
    Time m_forget;                 //!< patience with partial tensors
    Time m_idle;                   //!< patience with idle connections
    uint32_t m_maxIncomplete;      //!< most tasks with incomplete tensors
    uint32_t m_maxHostIncomplete;  //!< likewise, of one network address
    uint32_t m_maxConnections;     //!< most connections
    uint32_t m_maxHostConnections; //!< likewise, from one network address
    uint64_t m_maxTensorBytes;     //!< most bytes of a task's tensors
    uint64_t m_maxResultBytes;     //!< most bytes of a task's result
    double m_maxFlops;             //!< most work of a tail (FLOP)
    bool m_knownOnly;              //!< turn down users not tied to a node
    WireFaultCounters m_faults;    //!< not acted upon
    bool m_up{false};              //!< whether it answers
    bool m_running{false};         //!< between start and stop
    Ptr<EdgeComputer> m_computer;  //!< compute units
    UdpServerTransport m_udp;      //!< datagram side
    TcpServerTransport m_tcp;      //!< stream side
    std::map<TaskKey, Job> m_jobs; //!< tails here
    std::map<uint32_t, std::pair<double, double>> m_units; //!< user -> units, weight
    std::map<uint32_t, Ptr<Node>> m_nodes;                 //!< user -> node

    /// a tail arrived
    TracedCallback<uint32_t, uint32_t, double> m_arrivedTrace;
    /// something was not acted upon
    TracedCallback<WireFault, const Address&> m_faultTrace;
    /// a tail was turned down
    TracedCallback<uint32_t, uint32_t> m_rejectedTrace;
    /// the server crashed
    TracedCallback<uint32_t> m_crashedTrace;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SPLIT_INFERENCE_SERVER_H
