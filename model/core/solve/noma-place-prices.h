/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PLACE_PRICES_H
#define NOMA_PLACE_PRICES_H

#include "noma-subchannel.h"

#include <algorithm>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * What one more user on a subchannel would cost, without evaluating the whole subchannel: the own
 * cell exactly, other cells by the price of interference there, at first order. It takes about as
 * many logarithms as the access point has users there, so that hundreds of places can be ranked
 * for the price of evaluating a few.
 *
 * Orders of decoding are by gain, whatever the instance's key: this is an estimate.
 */
class PlacePrices
{
  public:
    /// What a change costs: unit * bits + rest, bits those of the user that comes.
    struct Estimate
    {
        double unit; //!< own cost per bit
        double rest; //!< change of everybody else's cost
    };

    /**
     * @param instance a valid instance; kept by reference
     * @param direction link direction
     */
    PlacePrices(const Instance& instance, Direction direction);

    /// @param capacity users per (access point, subchannel) at a time; more take turns
    void SetCapacity(uint32_t capacity)
    {
        m_capacity = capacity;
    }

    /**
     * Takes over who is on a subchannel.
     *
     * @param m subchannel
     * @param problem evaluator with the subchannel's members loaded
     * @param power power of each member (W)
     */
    void Set(uint32_t m, SubchannelProblem& problem, const double* power);

    /// What a user would cost at two powers.
    struct Offer
    {
        double powerW;   //!< what would be best for the user if it harmed nobody (W)
        Estimate full;   //!< what it costs at its greatest power
        Estimate frugal; //!< what it costs at powerW

        /// @param bits what the user has to send @returns the lesser cost
        double Cost(double bits) const
        {
            return std::min(full.unit * bits + full.rest, frugal.unit * bits + frugal.rest);
        }
    };

    /**
     * @param user a user that is not on the subchannel
     * @param m subchannel
     * @param without a user of the same access point that leaves it, NONE for none
     * @returns what it would cost
     */
    Offer GetOffer(uint32_t user, uint32_t m, uint32_t without);

    /// Somebody who looks for a place, and with what.
    struct Seeker
    {
        uint32_t user; //!< user
        double worth;  //!< cost times rate at the power below
        double power;  //!< power (W)
        double least;  //!< SINR below which no place is of use
    };

    /**
     * A look at one subchannel that takes a tenth of the time of GetOffer() and goes through the
     * gains in order, to leave most places out: at one power, logarithms to about a percent, the
     * own cell at first order too.
     *
     * @param m subchannel, where nobody takes turns
     * @param seekers users; those that are on the subchannel get no sense
     * @param [out] cost about what each would cost there; infinite where its SINR is too low
     */
    void Glance(uint32_t m, const std::vector<Seeker>& seekers, std::vector<double>& cost);

    /// @param worth cost times rate
    /// @param cost a cost
    /// @returns the SINR at which it comes to that, a little less to be safe
    double LeastSinr(double worth, double cost) const;

    /**
     * @param user a user that is not on the subchannel
     * @param m subchannel
     * @param without a user of the same access point that leaves it, NONE for none
     * @param powerW power of the user (W)
     * @returns what it would cost
     */
    Estimate Change(uint32_t user, uint32_t m, uint32_t without, double powerW);

    /**
     * @param user a user on the subchannel
     * @param m subchannel
     * @returns what its leaving would save, its own cost included
     */
    double Saving(uint32_t user, uint32_t m);

  private:
    /// A user as its access point hears or sends it.
    struct Layer
    {
        uint32_t user;  //!< user
        double own;     //!< gain to the own access point
        double floor;   //!< what remains when all of the cell is cancelled (W at the signal's end)
        double limit;   //!< the same, with the decodable rate rule applied
        double signal;  //!< power that SINRs begin with, per watt
        double share;   //!< share
        double power;   //!< power (W)
        double worth;   //!< cost times spectral efficiency
        double cost;    //!< cost
        double foreign; //!< price that one watt of it has in other cells
        double harm;    //!< price of a watt, at the signal's end, that it meets
    };

    /// One subchannel.
    struct Cell
    {
        std::vector<Layer> layers;        //!< by access point and decoding order
        std::vector<std::size_t> begin;   //!< first layer per access point, and the end
        std::vector<double> interference; //!< per access point: uplink received, downlink sent (W)
        std::vector<double> price;        //!< per access point: uplink of a watt received there,
                                          //!< downlink of a watt sent there
    };

    /// Fills m_trial with the access point's layers once the user has come.
    /// @param user who comes @param m subchannel @param without who leaves @param powerW power (W)
    /// @returns position of the user in m_trial
    std::size_t Arrange(uint32_t user, uint32_t m, uint32_t without, double powerW);

    /// @param user who comes
    /// @param m subchannel
    /// @param at its position in m_trial
    /// @returns what the change to m_trial costs
    Estimate Sum(uint32_t user, uint32_t m, std::size_t at);

    /// Finds what the layers of m_trial cause and meet.
    void Superpose();

    /// @param k which
    /// @returns the cost of a layer of m_trial
    double CostOf(std::size_t k) const;

    /// @param a layer
    /// @param b layer
    /// @returns whether layer a is decoded before layer b
    bool Before(const Layer& a, const Layer& b) const;

    /// Fills floor, signal and foreign price of a layer. @param [in,out] layer user and own gain
    /// are known @param ap its access point @param m subchannel
    void Describe(Layer& layer, uint32_t ap, uint32_t m) const;

    const Instance& m_instance;        //!< instance
    Direction m_direction;             //!< direction
    uint32_t m_capacity;               //!< users at a time
    double m_noise;                    //!< noise (W)
    double m_hz;                       //!< subchannel bandwidth (Hz)
    double m_gap;                      //!< SNR gap, linear
    bool m_decodable;                  //!< whether the decodable rate rule applies
    std::vector<uint32_t> m_aps;       //!< access point of each user
    std::vector<Cell> m_cells;         //!< per subchannel
    std::vector<Layer> m_trial;        //!< one access point's layers after the change
    std::vector<double> m_air;         //!< what they cause each other
    std::vector<double> m_intra;       //!< what they meet
    std::vector<double> m_eps;         //!< residual factors
    std::vector<double> m_weight;      //!< [ap][other ap] scratch of Glance()
    std::vector<const double*> m_rows; //!< gains to each access point, scratch of Glance()
};

} // namespace noma
} // namespace ns3

#endif // NOMA_PLACE_PRICES_H
