/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LAYOUT_HELPER_H
#define NOMA_LAYOUT_HELPER_H

#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/noma-helper.h"
#include "ns3/random-variable-stream.h"
#include "ns3/vector.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * Hexagonal layouts: sites with one or three sectors, and users per sector at random or near and
 * far.
 *
 * Site 0 is at the origin, sites 1 to 6 and 7 to 18 are the rings around it. Sectors of a site
 * point to 30, 150 and 270 degrees, towards gaps between neighbouring sites; an access point each,
 * site by site. A sector's users are dropped in the part of the site's hexagon that lies within 60
 * degrees of its direction; in the whole hexagon with one sector.
 */
class NomaLayoutHelper
{
  public:
    NomaLayoutHelper();

    /// What is usual for a scenario.
    struct Scenario
    {
        double siteDistanceM;  //!< distance of neighbouring sites (m)
        double apHeightM;      //!< height of access points (m)
        double ueHeightM;      //!< height of users (m)
        double minDistanceM;   //!< least distance of a user from its site, on the ground (m)
        double carrierHz;      //!< carrier frequency (Hz)
        double apPowerDbm;     //!< power of an access point (dBm)
        double uePowerDbm;     //!< power of a user (dBm)
        std::string lossType;  //!< TypeId of the path loss model
        std::string stateType; //!< TypeId of the channel condition model; empty = none
    };

    /**
     * Gives a preset: "UMa" (500 m, 25 m, 46 dBm), "UMi" (200 m, 10 m, 44 dBm), "InH" (20 m
     * between access points at 3 m, 24 dBm; open office) of 3GPP TR 38.901 and TR 38.802, at 4 GHz
     * with users of 23 dBm; or "paper": distance to the power of 5, 250 m, 43 dBm, as the
     * experiments of this module have it.
     *
     * @param name name of the preset; any other ends the program with a message
     * @returns its values
     */
    static Scenario GetScenario(const std::string& name);

    /// @param scenario values to use from now on
    void SetScenario(const Scenario& scenario);

    /// @returns values in use, those of UMa at first
    const Scenario& GetScenario() const;

    /**
     * Says how many sites and sectors there are.
     *
     * @param sites 1, 7 or 19
     * @param sectors per site, 1 or 3
     */
    void SetSites(uint32_t sites, uint32_t sectors);

    /**
     * Says whether the layout repeats in all directions, so that users of outer sites see as much
     * interference as those in the middle. Call it before Configure() and CreateNodes().
     *
     * @param wrapAround whether it does
     */
    void SetWrapAround(bool wrapAround);

    /**
     * Drops users of each sector at random, uniformly over its area.
     *
     * @param perSector users of a sector
     */
    void SetRandomUsers(uint32_t perSector);

    /**
     * Drops users of each sector at two distances in turn: the first ones near, until the ratio of
     * near users is reached, the others far; directions are random within the sector.
     *
     * @param perSector users of a sector
     * @param nearM distance of near users from the site, on the ground (m)
     * @param farM distance of far users (m)
     * @param ratio fraction of near users, in [0, 1]
     */
    void SetNearFarUsers(uint32_t perSector, double nearM, double farM, double ratio);

    /**
     * Takes carrier, powers, channel, path loss and wrap-around over into a helper. The channel
     * is made new, without fast fading other than the helper's.
     *
     * @param noma helper, nothing installed yet
     */
    void Configure(NomaHelper& noma) const;

    /**
     * Makes nodes of access points and users with positions.
     *
     * @param [out] aps nodes of access points, site by site, sector by sector
     * @param [out] ues nodes of users, access point by access point
     */
    void CreateNodes(NodeContainer& aps, NodeContainer& ues);

    /**
     * Gives access points the antennas of their sectors: of 3GPP TR 36.814, 70 degrees wide at 3
     * dB, at most 20 dB down, 14 dB gain left out. With one sector antennas stay isotropic.
     *
     * @param aps devices of the access points
     */
    void InstallAntennas(const NetDeviceContainer& aps) const;

    /**
     * Fixes the random streams of the drop.
     *
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

    /**
     * Gives where sites are.
     *
     * @param sites 1, 7 or 19
     * @param distanceM distance of neighbouring sites (m)
     * @returns positions, the centre first, then ring by ring; height 0
     */
    static std::vector<Vector> HexagonalSites(uint32_t sites, double distanceM);

    /**
     * Looks whether a point is in the hexagon around the origin whose neighbours' centres are at 0,
     * 60, ... degrees.
     *
     * @param x x (m)
     * @param y y (m)
     * @param distanceM distance of neighbouring centres (m)
     * @returns whether it is
     */
    static bool IsInHexagon(double x, double y, double distanceM);

  private:
    /// @param sector sector of a site @returns its direction (rad)
    double GetDirection(uint32_t sector) const;

    /// @param sector sector of a site @param user number of the user in its sector
    /// @returns a user's position relative to the site, height 0
    Vector DropUser(uint32_t sector, uint32_t user) const;

    Scenario m_scenario;                 //!< values of the scenario
    uint32_t m_sites{7};                 //!< sites
    uint32_t m_sectors{1};               //!< sectors per site
    bool m_wrapAround{false};            //!< whether the layout repeats
    uint32_t m_perSector{10};            //!< users of a sector
    double m_nearM{0};                   //!< distance of near users (m); 0 = random users
    double m_farM{0};                    //!< distance of far users (m)
    double m_ratio{0.5};                 //!< fraction of near users
    Ptr<UniformRandomVariable> m_random; //!< where users are
};

} // namespace noma
} // namespace ns3

#endif // NOMA_LAYOUT_HELPER_H
