/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-instance-builder.h"

#include "ns3/noma-deadline.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// @param client its transport knows
/// @param bits payload
/// @returns bits on the network layer
double
WireBits(const SplitInferenceClient& client, double bits)
{
    return 8.0 * static_cast<double>(client.GetTransport()->GetWireBytes(
                     static_cast<uint64_t>(std::ceil(bits / 8))));
}

/// @param client client
/// @returns work the device alone would have with one inference
double
DeviceOnlyFlops(const SplitInferenceClient& client)
{
    return client.GetOptions().back().deviceFlops;
}

/// Fills in weights, scales and the deadline. @param [out] u user @param client client
/// @param state its state @param normalise whether to scale
void
SetWeights(User& u, const SplitInferenceClient& client, const ClientState& state, bool normalise)
{
    u.wQ = state.deadlineWeight;
    u.deadlineSeconds = state.deadlineSeconds;
    u.deadlineScale = state.deadlineScale;
    const auto processor = client.GetProcessor();
    u.clockHz = processor->GetClockHz();
    u.flopPerCycle = processor->GetFlopPerCycle();
    u.kappa = processor->GetKappa();
    u.wT = client.GetDelayWeight();
    u.wE = 1 - u.wT;
    const double flops = DeviceOnlyFlops(client);
    if (normalise && flops > 0)
    {
        u.delayScale = flops / processor->GetSpeed();
        const double energy = u.kappa * u.clockHz * u.clockHz * flops / u.flopPerCycle;
        u.energyScale = energy > 0 ? energy : 1;
    }
}

/// @param s the network
/// @param participants applications
/// @param user bits
/// @param ue user index
/// @returns what is left to do of tasks under way and of other traffic
CutOption
WorkLeft(const SlotSnapshot& s, const Participants& participants, const SlotUser& user, uint32_t ue)
{
    CutOption left;
    left.upBits = user.remainingBits.up;
    left.downBits = user.remainingBits.down;
    if (auto client = participants.Client(ue))
    {
        const ClientState state = client->GetState();
        left.deviceFlops = state.deviceFlops;
        left.edgeFlops = state.edgeFlopsToCome;
    }
    if (auto server = participants.Server(s.ues[ue].ap))
    {
        left.edgeFlops += server->GetRemainingFlops(ue);
    }
    return left;
}

/**
 * Gives each access point of a server that serves several of them as much of its units as it has of
 * the users: the problem has one server per access point.
 *
 * @param participants applications
 * @param edgeUsers users with work for a server, by access point
 * @param [in,out] instance the problem
 */
void
ShareServers(const Participants& participants,
             const std::vector<uint32_t>& edgeUsers,
             Instance& instance)
{
    const auto server = [&](std::size_t n) {
        return participants.Server(static_cast<uint32_t>(n));
    };
    for (std::size_t n = 0; n < edgeUsers.size(); ++n)
    {
        uint32_t sharing = 0;
        uint32_t users = 0;
        for (std::size_t o = 0; o < edgeUsers.size(); ++o)
        {
            const bool same = server(n) && server(o) == server(n);
            sharing += same;
            users += same ? edgeUsers[o] : 0;
        }
        if (sharing > 1 && server(n)->IsUp())
        {
            const double share = static_cast<double>(edgeUsers[n]) / std::max(1u, users);
            instance.edges[n].units *= users == 0 ? 1.0 / sharing : std::max(share, 1e-9);
        }
    }
}

} // namespace

void
CollectWork(const SlotSnapshot& s, const Participants& participants, std::vector<SlotUser>& users)
{
    users.resize(s.ues.size());
    double prices = 0;
    uint32_t clients = 0;
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        SlotUser& u = users[i];
        PerDirection<double> toCome;
        if (auto client = participants.Client(i))
        {
            const ClientState state = client->GetState();
            toCome.up = state.upBitsToCome;
            toCome.down = state.downBitsToCome;
            User weights;
            SetWeights(weights, *client, state, true);
            // before anything was planned: as if the task were to end at its deadline
            u.delayPrice = DelayPrice(weights,
                                      std::isfinite(u.expectedSeconds) ? u.expectedSeconds
                                                                       : weights.deadlineSeconds);
            u.energyPrice = weights.wE / weights.energyScale;
            prices += u.delayPrice;
            ++clients;
        }
        for (Direction d : DIRECTIONS)
        {
            const auto backlog = static_cast<double>(s.ues[i].backlogBits[d]);
            u.backlogBits[d] = backlog;
            // a result that is being returned stands in the queue as well as in what is to come
            u.remainingBits[d] = d == UPLINK ? backlog + toCome.up : std::max(backlog, toCome.down);
            u.originalBits[d] =
                u.remainingBits[d] <= 0 ? 0 : std::max(u.originalBits[d], u.remainingBits[d]);
        }
    }
    // other traffic is worth as much as inference is on average
    for (uint32_t i = 0; i < s.ues.size() && clients > 0; ++i)
    {
        if (!participants.Client(i))
        {
            users[i].delayPrice = prices / clients;
        }
    }
}

BuiltInstance
BuildInstance(const SlotSnapshot& s,
              const Participants& participants,
              const std::vector<SlotUser>& users,
              const BuilderParameters& parameters)
{
    BuiltInstance built;
    Instance& instance = built.instance;
    instance.subchannels = s.subchannels;
    instance.maxSuperposed = parameters.maxSuperposed > 0
                                 ? std::min(parameters.maxSuperposed, s.maxSuperposed)
                                 : s.maxSuperposed;
    instance.residual = s.residual;
    instance.snrGapDb = ToDb(s.snrGap);
    instance.downlinkRate = DownlinkRate::DECODABLE;
    for (Direction d : DIRECTIONS)
    {
        instance.bandwidthHz[d] = s.subchannelHz[d] * s.subchannels;
    }
    const double density = s.noiseW.up / s.subchannelHz.up;
    instance.noiseDbmPerHz = ToDb(density) + 30;
    for (uint32_t n = 0; n < s.aps; ++n)
    {
        auto server = participants.Server(n);
        EdgeServer none;
        none.units = 1e-3; // nobody computes here
        none.clockHz = 1;
        none.flopPerCycle = 1;
        instance.edges.push_back(server && server->IsUp() ? server->GetComputer()->GetDescription()
                                                          : none);
    }
    std::vector<uint32_t> edgeUsers(s.aps, 0);
    std::vector<uint32_t> downUsers(s.aps, 0);
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        const UeSlotState& state = s.ues[i];
        if (!s.IsServed(i))
        {
            continue;
        }
        auto client = participants.Client(i);
        const CutOption left = WorkLeft(s, participants, users[i], i);
        const ClientState tasks = client ? client->GetState() : ClientState();
        const bool busy = left.upBits > 0 || left.downBits > 0 || left.edgeFlops > 0;
        if (!busy && tasks.waiting == 0)
        {
            continue;
        }
        User u;
        u.ap = state.ap;
        u.clockHz = 1e9; // other traffic computes nothing
        u.flopPerCycle = 1;
        for (Direction d : DIRECTIONS)
        {
            u.powerW[d].max = state.maxPowerW[d];
        }
        if (client)
        {
            SetWeights(u, *client, tasks, parameters.normalise);
        }
        if (tasks.waiting > 0)
        {
            auto server = participants.Server(state.ap);
            const bool edge = server && server->IsUp();
            for (const CutOption& cut : client->GetOptions())
            {
                CutOption o = left;
                o.deviceFlops += tasks.waitingImages * cut.deviceFlops;
                if (!IsDeviceOnly(cut))
                {
                    o.edgeFlops += tasks.waitingImages * cut.edgeFlops;
                    o.upBits += WireBits(*client, tasks.waitingImages * cut.upBits);
                    o.downBits += WireBits(*client, tasks.waitingImages * cut.downBits);
                }
                if (!IsDeviceOnly(cut) && !edge)
                {
                    o = left; // never better than what the device alone would take
                    o.deviceFlops += 1e3 * tasks.waitingImages * DeviceOnlyFlops(*client);
                }
                o.accuracy = cut.accuracy;
                o.exit = cut.exit;
                o.featureBits = cut.featureBits;
                u.options.push_back(o);
            }
        }
        else
        {
            u.options.push_back(left);
        }
        edgeUsers[state.ap] += std::any_of(u.options.begin(),
                                           u.options.end(),
                                           [](const CutOption& o) { return UsesEdge(o); });
        downUsers[state.ap] += std::any_of(u.options.begin(),
                                           u.options.end(),
                                           [](const CutOption& o) { return o.downBits > 0; });
        instance.users.push_back(std::move(u));
        built.ues.push_back(i);
        built.choosing.push_back(tasks.waiting > 0);
        built.clients.push_back(client);
    }
    ShareServers(participants, edgeUsers, instance);
    for (User& u : instance.users)
    {
        // all of them must fit at their least; a fraction of a unit stands for waiting in turn
        const double total = instance.edges[u.ap].units;
        const double share = total / std::max(1u, edgeUsers[u.ap]);
        u.units.max = std::min(parameters.units.max, total);
        // equal shares of the access point's power among those that may be served at a time
        if (!s.apMaxPowerW.empty())
        {
            const uint32_t served =
                std::min(downUsers[u.ap], s.subchannels * instance.maxSuperposed);
            u.powerW.down.max =
                std::min(u.powerW.down.max, s.apMaxPowerW[u.ap] / std::max(1u, served));
        }
        for (Direction d : DIRECTIONS)
        {
            u.powerW[d].min = parameters.minPowerFraction * u.powerW[d].max;
        }
        u.units.min = std::min({parameters.units.min, share * (1 - 1e-9), u.units.max});
    }
    for (Direction d : DIRECTIONS)
    {
        // one noise density for both directions: a different one is a factor of the gains
        const double factor = density / (s.noiseW[d] / s.subchannelHz[d]);
        instance.gain[d] = GainTensor(built.ues.size(), s.aps, s.subchannels);
        for (uint32_t m = 0; m < s.subchannels && !built.ues.empty(); ++m)
        {
            for (uint32_t n = 0; n < s.aps; ++n)
            {
                double* gains = instance.gain[d].Row(n, m);
                s.csi->Some(d, n, m, built.ues, gains);
                for (std::size_t i = 0; i < built.ues.size(); ++i)
                {
                    gains[i] *= factor;
                }
            }
        }
    }
    return built;
}

} // namespace noma
} // namespace ns3
