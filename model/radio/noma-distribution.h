/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DISTRIBUTION_H
#define NOMA_DISTRIBUTION_H

#include "noma-net-device.h"

#include "ns3/ethernet-header.h"
#include "ns3/mac48-address.h"

#include <map>
#include <vector>

namespace ns3
{
namespace noma
{

class NomaNetwork;

/**
 * @ingroup noma-radio
 * The distribution system that joins the access points of a network to one link-layer broadcast
 * domain: an ideal switch, without delay or limit.
 *
 * Frames go to the device that has the destination address; those to unknown addresses to the
 * serving access point, which may be a port of a bridge. Frames to a group go to every device,
 * except that (with snooping, as proxy ARP and neighbour discovery snooping do in wireless LANs)
 * ARP requests and neighbour solicitations go to the owners of the address asked for, if there are
 * any.
 */
class NomaDistribution
{
  public:
    /**
     * @param network network, which owns this object
     * @param snooping whether address resolution goes to the owner of the address only
     */
    NomaDistribution(NomaNetwork& network, bool snooping);

    /**
     * Forwards a frame that an access point received from a user.
     *
     * @param ue user index
     * @param ap index of the access point that received it
     * @param frame the frame
     */
    void FromUe(uint32_t ue, uint32_t ap, const Ptr<Packet>& frame);

    /**
     * Forwards a frame of an access point's own node.
     *
     * @param ap index of the access point
     * @param frame the frame
     * @returns whether anybody was there to get it
     */
    bool FromAp(uint32_t ap, const Ptr<Packet>& frame);

    /// Forgets what it knows of addresses.
    void ForgetAddresses();

  private:
    /// A device of the network.
    struct Place
    {
        NomaRole role;  //!< user or access point
        uint32_t index; //!< its index
    };

    /**
     * @param frame a frame to a group
     * @param header its header
     * @param [out] owners who owns the address that the frame asks for
     * @returns whether the frame asks for an address
     */
    bool FindOwners(const Ptr<Packet>& frame,
                    const EthernetHeader& header,
                    std::vector<Place>& owners) const;

    /**
     * @param frame a frame
     * @param from where it came from
     * @param ap access point through which it came
     * @returns whether anybody was there to get it
     */
    bool Forward(const Ptr<Packet>& frame, Place from, uint32_t ap);

    /// @param frame a frame @param to its destination
    void Give(const Ptr<Packet>& frame, Place to);

    /// Fills m_places.
    void LearnAddresses();

    NomaNetwork& m_network;                 //!< network
    bool m_snooping;                        //!< whether address resolution goes to the owner
    bool m_known{false};                    //!< whether m_places is up to date
    std::map<Mac48Address, Place> m_places; //!< who has which address
};

} // namespace noma
} // namespace ns3

#endif // NOMA_DISTRIBUTION_H
