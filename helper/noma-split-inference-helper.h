/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SPLIT_INFERENCE_HELPER_H
#define NOMA_SPLIT_INFERENCE_HELPER_H

#include "ns3/application-container.h"
#include "ns3/energy-source-container.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/noma-backhaul-helper.h"
#include "ns3/noma-cut-table.h"
#include "ns3/noma-device-profile.h"
#include "ns3/noma-dnn-exits.h"
#include "ns3/noma-helper.h"
#include "ns3/noma-split-inference-client.h"
#include "ns3/noma-split-inference-controller.h"
#include "ns3/noma-split-inference-server.h"
#include "ns3/noma-task-tracker.h"
#include "ns3/object-factory.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/// What a node in the core is there for.
enum class CoreRole
{
    EDGE,  //!< its server is the edge server of all access points
    CLOUD, //!< its server takes what the servers at the access points send on
    WIRES  //!< no server: access points reach each other through it
};

/**
 * @ingroup noma-helper
 * Puts split inference onto a NOMA network: a server at every access point, a client at every user,
 * the controller in the place of the slot scheduler, and a tracker that follows all tasks. Servers
 * may be in the core (SetCore()), clients on any network (InstallClients()).
 *
 * @code
 * SplitInferenceHelper inference;
 * inference.SetModel("yolov2-tiny-voc");
 * inference.Install(noma, ueDevices, apDevices);
 * @endcode
 *
 * Nodes without an Internet stack or an address get them. A client uses the server of the access
 * point that serves it, also after it moved on; tasks under way stay with theirs. Link-layer
 * addresses of clients and servers are known to each other without asking. Settings count for what
 * is installed after them.
 */
class SplitInferenceHelper
{
  public:
    SplitInferenceHelper();

    /**
     * The network that clients installed from now on run.
     *
     * A cut table (".csv", see ParseCutTable()) is what its cuts cost and no network: it has no
     * input, no bits per element and all of its cuts, and takes no SetDevice(). Its seconds become
     * work at the speed of the processors.
     *
     * Of a network that names exits, cuts x exits x bits may be chosen, see MakeExitOptions();
     * rules that look into the network (DadsSplitRule) leave its tasks to the allocator.
     *
     * @param name a built-in model, a network that comes with the module or a file, see LoadDnn()
     * @param input height and width of its input, 0 = native
     * @param parameters bits per element
     * @param cuts which cuts may be chosen; a DAG has more of them than its sequence of layers
     */
    void SetModel(const std::string& name,
                  uint32_t input = 0,
                  const DnnCutParameters& parameters = DnnCutParameters(),
                  DnnCuts cuts = DnnCuts::ALL);

    /**
     * @param profile a DNN of one's own; its name is used in records
     * @param parameters bits per element, speeds if it has measured seconds
     * @param cuts which cuts may be chosen
     */
    void SetModel(const DnnProfile& profile,
                  const DnnCutParameters& parameters = DnnCutParameters(),
                  DnnCuts cuts = DnnCuts::ALL);

    /**
     * @param name name, for records
     * @param options work and bits of every cut, from all at the edge to all on the device
     */
    void SetModel(const std::string& name, const std::vector<CutOption>& options);

    /**
     * How long users compute: seconds by operator instead of one speed. The model must be given by
     * name or file. Work is then the seconds times the processor's speed, so that a processor of
     * half the clock takes twice the time.
     *
     * @param name a profile that comes with the module ("pixel4-gpu") or a file, see LoadDevice()
     * @param spread draw each time anew, with the spread that was found when the profile was fitted
     *        and the predicted time as mean
     */
    void SetDevice(const std::string& name, bool spread = false);

    /**
     * How long one compute unit of a server takes, likewise.
     *
     * @param name profile or file, see LoadDevice()
     * @param spread draw each time anew, likewise
     */
    void SetEdgeDevice(const std::string& name, bool spread = false);

    /// Sets an attribute of the controller. @param name name @param value value
    void SetControllerAttribute(const std::string& name, const AttributeValue& value);
    /// Sets an attribute of the clients. @param name name @param value value
    void SetClientAttribute(const std::string& name, const AttributeValue& value);
    /// Sets an attribute of the clients' processors. @param name name @param value value
    void SetProcessorAttribute(const std::string& name, const AttributeValue& value);
    /// Sets an attribute of the servers. @param name name @param value value
    void SetServerAttribute(const std::string& name, const AttributeValue& value);
    /// Sets an attribute of the servers' compute units. @param name name @param value value
    void SetEdgeAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @tparam Ts types of names and values
     * @param type name of a Workload type
     * @param args names and values of its attributes
     */
    template <typename... Ts>
    void SetWorkload(const std::string& type, Ts&&... args)
    {
        m_workload = ObjectFactory(type, std::forward<Ts>(args)...);
    }

    /**
     * @tparam Ts types of names and values
     * @param type name of a ClientTransport type
     * @param args names and values of its attributes
     */
    template <typename... Ts>
    void SetTransport(const std::string& type, Ts&&... args)
    {
        m_transport = ObjectFactory(type, std::forward<Ts>(args)...);
    }

    /**
     * Lets clients that no controller leads choose their cuts.
     *
     * @tparam Ts types of names and values
     * @param type name of a CutChooser type
     * @param args names and values of its attributes
     */
    template <typename... Ts>
    void SetCutChooser(const std::string& type, Ts&&... args)
    {
        m_cutChooser = ObjectFactory(type, std::forward<Ts>(args)...);
    }

    /**
     * Gives every user a battery that processor and radio draw on, an ns-3 BasicEnergySource. As
     * ns-3's sources do, it counts as empty, and switches the device off, when a tenth of its
     * energy is left: its attribute BasicEnergyLowBatteryThreshold, 0.1 by default.
     *
     * @param joules capacity (J), 0 = none; must last a millisecond at full power
     * @param update time between checks whether it is empty; for small batteries shorter, so that
     *        none ends below zero
     */
    void SetBattery(double joules, Time update = MilliSeconds(100));

    /**
     * Puts wires behind the access points, before Install(). With CoreRole::CLOUD, servers send
     * tails on when they are full, unless their CloudPolicy was set; with any but CoreRole::EDGE,
     * what follows users (OnHandOver) goes over the wires. Without a core, servers reach each other
     * as the access points do, over a distribution system that takes no time.
     *
     * @param backhaul the wires; every access point must have one
     * @param role what the core is there for
     */
    void SetCore(const BackhaulHelper& backhaul, CoreRole role);

    /// Sets an attribute of the cloud's compute units. @param name name @param value value
    void SetCloudAttribute(const std::string& name, const AttributeValue& value);

    /// @returns the server in the core; null without one
    Ptr<SplitInferenceServer> GetCoreServer() const;

    /**
     * Installs a server on any node, beside or without a NOMA network.
     *
     * @param node node with an Internet stack
     * @returns the server; its settings are those of servers and compute units
     */
    Ptr<SplitInferenceServer> InstallServer(Ptr<Node> node);

    /**
     * Installs clients on nodes of any network, Wi-Fi or CSMA for instance. Their cuts are fixed
     * (the client's attribute Cut) or chosen by each for itself (its CutChooser); without either
     * all runs on the device. Users are numbered on from those there are; the tracker follows them.
     *
     * @param nodes nodes with an Internet stack
     * @param remote socket address of a server
     * @returns the clients' applications
     */
    ApplicationContainer InstallClients(const NodeContainer& nodes, const Address& remote);

    /**
     * Installs everything. May be called again for more users of the same network, with no access
     * points.
     *
     * @param noma helper that installed the devices
     * @param ues devices of users
     * @param aps devices of access points
     * @returns the clients' applications
     */
    ApplicationContainer Install(NomaHelper& noma,
                                 const NetDeviceContainer& ues,
                                 const NetDeviceContainer& aps);

    /// @returns the controller, null before Install()
    Ptr<SplitInferenceController> GetController() const;
    /// @returns follower of all tasks
    Ptr<TaskTracker> GetTracker() const;
    /// @param ue user index
    /// @returns a user's client
    Ptr<SplitInferenceClient> GetClient(uint32_t ue) const;
    /// @param ap access point index
    /// @returns an access point's server
    Ptr<SplitInferenceServer> GetServer(uint32_t ap) const;
    /// @returns number of clients
    uint32_t GetNClients() const;
    /// @returns the users' batteries, in order of installation
    EnergySourceContainer GetBatteries() const;

    /**
     * Fixes the random streams of workloads, controller and computing times.
     *
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

  private:
    /// Attributes to set on an object after it was made.
    using Attributes = std::vector<std::pair<std::string, Ptr<AttributeValue>>>;

    /// @param attributes list @param name name @param value value
    static void Remember(Attributes& attributes,
                         const std::string& name,
                         const AttributeValue& value);
    /// @param object object @param attributes what to set
    static void SetAll(Ptr<Object> object, const Attributes& attributes);
    /// Gives devices a stack and an address where they have none. @param devices devices
    void AssignAddresses(const NetDeviceContainer& devices);
    /// @param ap access point index
    /// @returns socket address of a server
    Address ServerAddress(uint32_t ap) const;
    /// @param ue user index @param device its device
    void InstallClient(uint32_t ue, Ptr<NomaUeNetDevice> device);
    /// @param ap access point index @param device its device
    void InstallServer(uint32_t ap, Ptr<NomaApNetDevice> device);
    /// @param node node @param computer attributes of its compute units @returns a new server
    Ptr<SplitInferenceServer> MakeServer(Ptr<Node> node, const Attributes& computer);
    /// @param node node of its own @param user user number @param remote socket address of a server
    /// @returns a new client
    Ptr<SplitInferenceClient> MakeClient(Ptr<Node> node, uint32_t user, const Address& remote);
    /// Lets servers know each other and the users.
    void BindServers();
    /// @param ap access point index @returns socket address of its server for other servers
    Address PeerAddress(uint32_t ap) const;
    /// @returns what has to be done when an access point begins to serve a user
    std::function<void(uint32_t, uint32_t)> MakeFollower() const;
    /// @param client a user's client @param device its device
    void InstallBattery(Ptr<SplitInferenceClient> client, Ptr<NomaUeNetDevice> device);

    /// Gives the model the times of the devices, if there are any.
    void ApplyDevices();
    /// Makes options of a network. @param exits its exits @param parameters bits and speeds
    void SetExits(const std::vector<DnnExit>& exits, const DnnCutParameters& parameters);

    std::vector<DnnExit> m_exits;              //!< network by name or file, with its exits
    std::optional<CutTable> m_table;           //!< or a table of cuts
    DnnCutParameters m_parameters;             //!< its bits
    DnnCuts m_cuts{DnnCuts::ALL};              //!< its cuts
    std::optional<DeviceProfile> m_device;     //!< users' devices
    std::optional<DeviceProfile> m_edgeDevice; //!< servers' compute units

    std::string m_modelName;               //!< network to run
    std::vector<CutOption> m_options;      //!< its cuts
    std::shared_ptr<const DnnModel> m_dnn; //!< what they were made of, or null
    Attributes m_controllerAttributes;     //!< of the controller
    Attributes m_clientAttributes;         //!< of clients
    Attributes m_processorAttributes;      //!< of processors
    Attributes m_serverAttributes;         //!< of servers
    Attributes m_edgeAttributes;           //!< of compute units
    ObjectFactory m_workload;              //!< makes workloads
    ObjectFactory m_transport;             //!< makes transports
    ObjectFactory m_cutChooser;            //!< makes choosers of cuts, if its type is set
    double m_batteryJ{0};                  //!< capacity of batteries (J)
    Time m_batteryUpdate;                  //!< between checks

    Ptr<SplitInferenceController> m_controller;              //!< controller
    Ptr<TaskTracker> m_tracker;                              //!< tracker
    ApplicationContainer m_apps;                             //!< clients of the last Install()
    EnergySourceContainer m_batteries;                       //!< batteries
    std::map<uint32_t, Ptr<SplitInferenceClient>> m_clients; //!< by user index
    std::map<uint32_t, Ptr<SplitInferenceServer>> m_servers; //!< by access point index
    std::map<uint32_t, Ptr<NomaNetDevice>> m_ueDevices;      //!< by user index
    std::map<uint32_t, Ptr<NomaNetDevice>> m_apDevices;      //!< by access point index
    uint32_t m_hosts{0};                                     //!< addresses given
    std::shared_ptr<BackhaulHelper> m_backhaul;              //!< wires, or null
    CoreRole m_coreRole{CoreRole::WIRES};                    //!< what the core is there for
    Ptr<SplitInferenceServer> m_coreServer;                  //!< server there, or null
    std::vector<Ptr<SplitInferenceServer>> m_standAlone;     //!< servers on nodes of their own
    Attributes m_cloudAttributes;                            //!< of the cloud's compute units
    /// m_clients, for what the network tells of their radio energy
    std::shared_ptr<std::map<uint32_t, Ptr<SplitInferenceClient>>> m_metered;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SPLIT_INFERENCE_HELPER_H
