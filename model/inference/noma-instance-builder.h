/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_INSTANCE_BUILDER_H
#define NOMA_INSTANCE_BUILDER_H

#include "ns3/noma-instance.h"
#include "ns3/noma-slot-rule.h"
#include "ns3/noma-split-inference-client.h"
#include "ns3/noma-split-inference-server.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * What a controller allows its allocator.
 */
struct BuilderParameters
{
    uint32_t maxSuperposed{0};     //!< K, 0 = the network's
    double minPowerFraction{0.01}; //!< least transmit power over the greatest
    Interval units{1, 16};         //!< compute units of a user
    bool normalise{true};          //!< divide by the device's own delay and energy
};

/**
 * @ingroup noma-inference
 * An optimisation problem made of the present state of network and applications.
 */
struct BuiltInstance
{
    Instance instance;          //!< the problem
    std::vector<uint32_t> ues;  //!< user index in the network of each of its users
    std::vector<bool> choosing; //!< whether this user has tasks that wait for a cut
    std::vector<Ptr<SplitInferenceClient>> clients; //!< of each, null = other traffic only
};

/**
 * @ingroup noma-inference
 * Who takes part in split inference, by index.
 */
struct Participants
{
    std::vector<Ptr<SplitInferenceClient>> clients; //!< by user index, null = other traffic only
    std::vector<Ptr<SplitInferenceServer>> servers; //!< by access point index, null = none

    /// @param ue user index
    /// @returns the client of a user, or null
    Ptr<SplitInferenceClient> Client(uint32_t ue) const
    {
        return ue < clients.size() ? clients[ue] : nullptr;
    }

    /// @param ap access point index
    /// @returns the server of an access point, or null
    Ptr<SplitInferenceServer> Server(uint32_t ap) const
    {
        return ap < servers.size() ? servers[ap] : nullptr;
    }
};

/**
 * @ingroup noma-inference
 * Collects what is left to do of every user: a user whose tasks all are under way has one option,
 * what is left of them; tasks that wait for a cut add one option per cut to that; a user with other
 * traffic only has its backlog as bits.
 *
 * @param snapshot the network
 * @param participants the applications
 * @param [in,out] users bits and prices are filled in, by user index
 */
void CollectWork(const SlotSnapshot& snapshot,
                 const Participants& participants,
                 std::vector<SlotUser>& users);

/**
 * @ingroup noma-inference
 * @param snapshot the network
 * @param participants the applications
 * @param users as filled by CollectWork()
 * @param parameters what the allocator may do
 * @returns the problem over all users that have something to do
 */
BuiltInstance BuildInstance(const SlotSnapshot& snapshot,
                            const Participants& participants,
                            const std::vector<SlotUser>& users,
                            const BuilderParameters& parameters);

} // namespace noma
} // namespace ns3

#endif // NOMA_INSTANCE_BUILDER_H
