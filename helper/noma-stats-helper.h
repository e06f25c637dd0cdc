/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_STATS_HELPER_H
#define NOMA_STATS_HELPER_H

#include "ns3/noma-network.h"
#include "ns3/nstime.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * What became of a user's traffic in one direction.
 */
struct NomaUserStats
{
    uint32_t ap{NONE};                //!< access point that serves it now
    double throughputBps{0};          //!< delivered by its link over the time observed (bit/s)
    uint64_t delivered{0};            //!< packets delivered by its link
    uint64_t dropped{0};              //!< packets dropped by its link, for any reason
    uint64_t delays{0};               //!< packets whose delay is known
    double meanDelayS{0};             //!< mean time from device to device (s)
    double maxDelayS{0};              //!< greatest (s)
    uint64_t blocks{0};               //!< transport blocks sent, each time that they were
    double blockErrorRate{0};         //!< fraction of them that were lost
    double sharedFraction{0};         //!< fraction of them that shared their subchannel in the cell
    double meanPosition{0};           //!< mean place in the decoding order, from 0
    double meanGrantedBps{0};         //!< mean rate of a block (bit/s)
    double meanTransmissions{0};      //!< mean transmissions of a block, of those that ended
    double residualBlockErrorRate{0}; //!< fraction of those that were not received after the last
};

/**
 * @ingroup noma-helper
 * What became of the traffic of a cell, or of the whole network, in one direction.
 */
struct NomaCellStats
{
    uint32_t users{0};                //!< users served now
    double throughputBps{0};          //!< sum over them (bit/s)
    double meanBps{0};                //!< mean throughput of a user (bit/s)
    double edgeBps{0};                //!< 5th percentile over users (bit/s)
    double jain{0};                   //!< Jain's fairness index, 1/users to 1; 0 without traffic
    double meanDelayS{0};             //!< mean over packets (s)
    uint64_t blocks{0};               //!< transport blocks sent, each time that they were
    double blockErrorRate{0};         //!< fraction of them that were lost
    double meanTransmissions{0};      //!< mean transmissions of a block, of those that ended
    double residualBlockErrorRate{0}; //!< fraction of those that were not received after the last
};

/**
 * @ingroup noma-helper
 * What SIC receivers did at one place of the decoding order.
 */
struct NomaSicStats
{
    Direction direction{UPLINK}; //!< direction
    bool own{true};              //!< whether the layer was for this receiver; otherwise a user
                                 //!< decoded another user's layer to cancel it
    uint32_t layers{0};          //!< layers of the group
    uint32_t position{0};        //!< place in the decoding order, from 0
    uint64_t stages{0};          //!< how often
    std::array<uint64_t, 5> results{}; //!< of these, by LayerResult
    double meanSinrDb{0};              //!< mean SINR of those with signal (dB)
};

/**
 * @ingroup noma-helper
 * What a study of a NOMA network prints: throughput, fairness, delay, block errors, decoding order
 * and SIC, per user and per cell. Everything is counted from Install() or the last Reset() on.
 *
 * Throughput is what links deliver, MAC headers of frames included. The delay of a packet runs from
 * the sending device to the receiving one; it is counted for the downlink of a receiving user and
 * for the uplink of a user whose packet an access point received. Packets to groups have none.
 */
class NomaStatsHelper
{
  public:
    NomaStatsHelper();
    NomaStatsHelper(const NomaStatsHelper&) = delete;
    NomaStatsHelper& operator=(const NomaStatsHelper&) = delete;
    ~NomaStatsHelper();

    /**
     * Observes a network from now on.
     *
     * @param network the network, all devices installed; one per helper
     */
    void Install(Ptr<NomaNetwork> network);

    /// Forgets what was seen, after a warm-up for instance.
    void Reset();

    /**
     * Tells what became of a user's traffic.
     *
     * @param d direction
     * @param ue user index
     * @returns statistics up to now
     */
    NomaUserStats GetUser(Direction d, uint32_t ue) const;

    /**
     * Tells what became of a cell's traffic.
     *
     * @param d direction
     * @param ap access point index; NONE = the whole network
     * @returns statistics up to now, of the users that are served by it now
     */
    NomaCellStats GetCell(Direction d, uint32_t ap = NONE) const;

    /**
     * Tells what SIC receivers did.
     *
     * @returns statistics by direction, own or other layer, layers and position
     */
    std::vector<NomaSicStats> GetSic() const;

    /// Names and values of a run's parameters.
    typedef std::vector<std::pair<std::string, std::string>> Parameters;

    /**
     * Writes everything as three tables, PREFIX-users.csv, PREFIX-cells.csv and PREFIX-sic.csv. The
     * first line of each, after a #, holds the parameters, seed, run and version. Ends the program
     * with a message if a file is there already or cannot be written.
     *
     * @param prefix beginning of the files' names
     * @param parameters parameters of the run
     */
    void WriteCsv(const std::string& prefix, const Parameters& parameters = {}) const;

    /**
     * Jain's fairness index, (sum x)^2 / (n sum x^2).
     *
     * @param values values, not negative
     * @returns the index; 0 if all are 0 or there are none
     */
    static double Jain(const std::vector<double>& values);

    /**
     * A percentile by linear interpolation between order statistics.
     *
     * @param values values in any order
     * @param q quantile, in [0, 1]
     * @returns the percentile; 0 without values
     */
    static double Percentile(std::vector<double> values, double q);

  private:
    /// A device of the network.
    struct Place
    {
        NomaStatsHelper* helper{nullptr}; //!< who observes it
        bool user{false};                 //!< user or access point
        uint32_t index{0};                //!< index

        /// @param other a place @returns whether it is the same, as callbacks ask
        bool operator==(const Place& other) const
        {
            return helper == other.helper && user == other.user && index == other.index;
        }

        /// @param other a place @returns whether it is another
        bool operator!=(const Place& other) const
        {
            return !(*this == other);
        }
    };

    /// A packet on its way.
    struct Sent
    {
        Time when;  //!< when the sending device took it over
        Place from; //!< sending device
    };

    /// What is counted of a user.
    struct Count
    {
        uint64_t deliveredBytes{0};   //!< delivered before the time observed
        uint64_t deliveredPackets{0}; //!< likewise
        uint64_t droppedPackets{0};   //!< likewise
        uint64_t delays{0};           //!< packets with known delay
        double delayS{0};             //!< sum of delays (s)
        double maxDelayS{0};          //!< greatest delay (s)
        uint64_t blocks{0};           //!< blocks
        uint64_t lost{0};             //!< lost blocks
        uint64_t shared{0};           //!< blocks that shared a subchannel
        uint64_t ended{0};            //!< blocks that are not sent again
        uint64_t notReceived{0};      //!< of these, not received
        uint64_t transmissions{0};    //!< of these blocks
        double position{0};           //!< sum of places in the decoding order
        double rateBps{0};            //!< sum of rates (bit/s)
    };

    /// What is counted of a stage.
    struct Stage
    {
        uint64_t stages{0};                //!< how often
        std::array<uint64_t, 5> results{}; //!< by LayerResult
        uint64_t withSignal{0};            //!< with signal
        double sinrDb{0};                  //!< sum over those (dB)
    };

    /// Makes the tables of WriteCsv(). @param header first line @returns names and contents
    std::vector<std::pair<std::string, std::string>> MakeTables(const std::string& header) const;

    /// A block ended. @param outcome its outcome
    void Block(const GrantOutcome& outcome);
    /// A block is not sent again. @param last its last transmission @param result what became of it
    void Harq(const GrantOutcome& last, HarqResult result);
    /// A stage of a receiver. @param place receiver @param outcome outcome
    static void SicStage(Place place, const LayerOutcome& outcome);
    /// A device took a packet over. @param place sender @param packet the packet
    static void Send(Place place, Ptr<const Packet> packet);
    /// A device received a packet. @param place receiver @param packet the packet
    static void Receive(Place place, Ptr<const Packet> packet);
    /// A device dropped a packet. @param place device @param packet the packet
    static void Drop(Place place, Ptr<const Packet> packet);
    /// Ties or unties the trace sources. @param connect which of the two
    void Connect(bool connect);

    Ptr<NomaNetwork> m_network;                //!< the network
    Time m_from;                               //!< since when things are counted
    PerDirection<std::vector<Count>> m_counts; //!< by user
    std::map<std::tuple<Direction, bool, uint32_t, uint32_t>, Stage> m_stages; //!< see GetSic()
    std::unordered_map<uint64_t, Sent> m_sent;                                 //!< by packet UID
};

} // namespace noma
} // namespace ns3

#endif // NOMA_STATS_HELPER_H
