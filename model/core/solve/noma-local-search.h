/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LOCAL_SEARCH_H
#define NOMA_LOCAL_SEARCH_H

#include "noma-assignment.h"
#include "noma-place-prices.h"

#include <functional>
#include <random>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * Improves an assignment by single moves (option, subchannels, powers of one user), swaps of two
 * users' subchannels and replacements (one user takes another's place on the radio, which computes
 * on its device instead). Where there are many, PlacePrices says which of them to look at. Moves
 * are compared at the others' present powers, then tried with the powers of the touched subchannels
 * and the units re-optimised, and kept if the objective falls.
 */
class LocalSearch
{
  public:
    /// @param assignment what to improve; kept by reference
    explicit LocalSearch(Assignment& assignment);

    /**
     * Improves until no move of the given users helps; users on the subchannels that changed join.
     *
     * @param users where to begin
     * @param deep also try moves that pay only after the powers are re-optimised
     * @param goOn asked before every user, with no change under way; false ends the descent
     * @returns moves kept
     */
    uint64_t Descend(std::vector<uint32_t> users, bool deep, const std::function<bool()>& goOn);

    /**
     * Best response of every user in turn over a few subchannels each, once: what a controller
     * affords in every slot.
     *
     * @param users whose turn it is
     * @param candidates subchannels tried per direction beside the present one, best gain first
     * @param iterations steps of power polish per move kept
     * @returns moves kept
     */
    uint64_t RespondOnce(const std::vector<uint32_t>& users,
                         uint32_t candidates,
                         uint32_t iterations);

    /**
     * Changes some users at random, to leave a local optimum.
     *
     * @param rng generator
     * @param count number of users
     * @returns those who share a subchannel with a user changed, then the users changed: if they
     *          answered first, they would go back to where they were
     */
    std::vector<uint32_t> Kick(std::mt19937_64& rng, uint32_t count);

  private:
    /// A deep search tries moves that seem to cost up to this fraction of what they touch.
    static constexpr double DEEP_SLACK = 0.05;
    /// A swap is looked at if it is estimated to cost up to this fraction of what it touches.
    static constexpr double ESTIMATE_SLACK = 0.01;
    /// Steps of the polish for moves that are tried.
    static constexpr uint32_t TRY_ITERATIONS = 12;

    /// Up to so many subchannels and users of an access point, all of them are looked at.
    static constexpr uint32_t FEW = 12;
    /// Where there are more, so many of them; in a deep search twice as many.
    static constexpr uint32_t PROMISING = 4;
    /// Of twice so many places per one that is tried, or more, only so many are estimated.
    static constexpr uint32_t GLANCES = 3;
    /// A place looks better if it seems to cost less than this times the present one.
    static constexpr double GLANCE_SLACK = 0.99;

    /// A place as it looks at a glance.
    struct Spot
    {
        double cost;    //!< about what it costs
        uint32_t place; //!< subchannel
    };

    /// What placing a user costs: unit * bits + damage.
    struct Candidate
    {
        uint32_t m;    //!< subchannel
        double power;  //!< power (W)
        double unit;   //!< own cost per bit
        double damage; //!< increase of the others' costs
    };

    /// The places of one user in one direction.
    struct Places
    {
        std::vector<Candidate> list; //!< candidates
        double now{0};               //!< cost it causes at present
    };

    /// Powers worth trying. @param user user @param d direction @param snr lone SNR per watt
    /// @param now present power or 0
    void ListPowers(uint32_t user, Direction d, double snr, double now);
    /// Fills m_places[d]. @param user user @param d direction @param limit subchannels at most
    void ListPlaces(uint32_t user, Direction d, uint32_t limit);
    /// Appends the candidates of one subchannel. @param user user @param d direction
    /// @param m subchannel @param without replaced user, NONE for none @param base cost without
    /// @param out list to append to
    void AddCandidates(uint32_t user,
                       Direction d,
                       uint32_t m,
                       uint32_t without,
                       double base,
                       std::vector<Candidate>& out);
    /// @param d direction
    /// @param m subchannel
    /// @returns the estimates of a direction, up to date for a subchannel
    PlacePrices& Prices(Direction d, uint32_t m);
    /// Fills m_bits with the least and the most a user might send, and what it sends now.
    /// @param user user @param d direction
    void BitsToSend(uint32_t user, Direction d);
    /// Glances at all places of some users, to leave most of them out until the next time.
    /// @param users whose turn comes @param count subchannels that will be tried for each
    void Survey(const std::vector<uint32_t>& users, uint32_t count);
    /// @param user user
    /// @returns whether it has nothing to choose and no other place looks better at a glance
    bool StandsWell(uint32_t user);
    /// Fills m_shortlist with a user's places, most left out where there was a survey.
    /// @param user user @param d direction
    void Shortlist(uint32_t user, Direction d);
    /// Finds the subchannels that seem to be the cheapest for a user. @param user user
    /// @param d direction @param count how many for each number of bits it might send
    /// @returns the subchannels, ascending
    const std::vector<uint32_t>& Promising(uint32_t user, Direction d, uint32_t count);
    /// @param d direction
    /// @param m subchannel
    /// @param user the user
    /// @returns the cost of a cell without one user
    double CostWithout(Direction d, uint32_t m, uint32_t user);
    /// @param list candidates
    /// @param bits bits to send
    /// @returns the cheapest candidate for that many bits, null if none
    static const Candidate* Cheapest(const std::vector<Candidate>& list, double bits);
    /// Tries one move. @param user user @param option option @param up place, null for none
    /// @param down place, null for none @param iterations of the polish @returns whether kept
    bool Try(uint32_t user,
             uint32_t option,
             const Candidate* up,
             const Candidate* down,
             uint32_t iterations);
    /// Ends a transaction. @param iterations of the polish @returns whether kept
    bool Keep(uint32_t iterations);
    /// Best response. @param user user @param deep try the runners-up too
    /// @param limit subchannels at most @param iterations of the polish @returns whether improved
    bool Respond(uint32_t user, bool deep, uint32_t limit, uint32_t iterations);
    /// Swaps with other users of the access point. @param user user @param deep as Descend()
    /// @returns whether improved
    bool Swap(uint32_t user, bool deep);
    /// Finds the users of the access point that seem worth swapping with. @param user user
    /// @param d direction @param deep as Descend() @returns them, the most promising first
    std::vector<uint32_t> SwapPartners(uint32_t user, Direction d, bool deep);
    /// Finds the users of the access point whose places seem worth taking. @param user a user
    /// without radio @returns them, the most promising first
    std::vector<uint32_t> Replaceable(uint32_t user);
    /// Takes another user's place. @param user a user without radio @returns whether improved
    bool Replace(uint32_t user);
    /// Queues the users of the cells touched by the transaction that is about to be kept.
    void QueueTouched();
    /// Forgets who is queued.
    void ClearQueue();
    /// Queues a user. @param user user
    void Queue(uint32_t user);

    Assignment& m_assignment;                                 //!< what is improved
    const Instance& m_instance;                               //!< its instance
    PerDirection<Places> m_places;                            //!< places of the user looked at
    bool m_brief{false};                                      //!< try two powers per place only
    std::vector<double> m_powers;                             //!< powers to try
    std::vector<SubchannelMember> m_list;                     //!< scratch
    std::vector<double> m_listPower;                          //!< scratch
    PerDirection<PlacePrices> m_prices;                       //!< estimates
    PerDirection<std::vector<uint64_t>> m_version;            //!< of the cells they are for
    std::vector<double> m_bits;                               //!< bits a user might send
    std::vector<std::pair<double, uint32_t>> m_ranking;       //!< scratch: cost and subchannel
    std::size_t m_surveyed{0};                                //!< places kept by Survey(), 0 = all
    PerDirection<std::vector<std::vector<uint32_t>>> m_spots; //!< those, per user
    PerDirection<std::vector<double>> m_glance;               //!< the best one's cost, per user
    std::vector<uint32_t> m_shortlist;                        //!< places worth an estimate
    std::vector<PlacePrices::Offer> m_offers;                 //!< what they would cost
    std::vector<uint32_t> m_promising;                        //!< subchannels
    std::vector<uint32_t> m_queue;                            //!< users to look at
    std::vector<bool> m_queued;                               //!< whether in the queue
    std::vector<uint32_t> m_touched;                          //!< users of the cells last touched
};

} // namespace noma
} // namespace ns3

#endif // NOMA_LOCAL_SEARCH_H
