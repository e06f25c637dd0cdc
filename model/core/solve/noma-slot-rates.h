/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_RATES_H
#define NOMA_SLOT_RATES_H

#include "noma-slot-problem.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * A layer on a subchannel, as SlotRates reads it.
 */
struct SlotLayer
{
    uint32_t link{0};            //!< index into SlotProblem::links
    double share{1};             //!< fraction of the slot, x of the model
    double powerW{0};            //!< transmit power while it sends (W)
    const double* gain{nullptr}; //!< its gain at every access point
};

/**
 * @ingroup noma-core-solve
 * SIC rates of the layers of all cells on one subchannel, eqs. (5) to (9), and their adjoint. A
 * downlink layer gets the rate at which every user that has to remove it can decode it. Interferers
 * count with their shares.
 */
class SlotRates
{
  public:
    /// @param problem the problem, which must outlive the use of this object
    void Reset(const SlotProblem& problem);

    /**
     * @param layers the layers, those of an access point next to each other
     * @param n number of layers
     */
    void Evaluate(const SlotLayer* layers, std::size_t n);

    /**
     * What a watt costs and brings, at the layers of the last Evaluate().
     *
     * @param layers the same layers
     * @param worth utility of 1 bit/s of each layer while it sends, times its share
     */
    void Differentiate(const SlotLayer* layers, const double* worth);

    /// @param i a layer
    /// @returns its rate while it sends (bit/s)
    double Rate(std::size_t i) const
    {
        return m_rate[i];
    }

    /// @param i a layer
    /// @returns derivative of its own rate by its power (bit/s/W)
    double Slope(std::size_t i) const
    {
        return m_slope[i];
    }

    /// @param i a layer
    /// @returns utility that other layers lose per watt of this one
    double Price(std::size_t i) const
    {
        return m_price[i];
    }

  private:
    /// Layers of one access point.
    struct Cell
    {
        uint32_t ap{0};       //!< access point
        std::size_t begin{0}; //!< first layer
        std::size_t end{0};   //!< one past the last
        double sentW{0};      //!< downlink: power on the air (W)
        double receivedW{0};  //!< uplink: from other cells, and noise (W)
        double price{0};      //!< uplink: price of a watt received; downlink: of a watt sent
    };

    /// Puts the layers of a cell into decoding order. @param cell the cell
    /// @param layers the layers
    void Order(const Cell& cell, const SlotLayer* layers);

    const SlotProblem* m_problem{nullptr}; //!< the problem
    std::vector<Cell> m_cells;             //!< cells with layers
    std::vector<std::size_t> m_order;      //!< layers of each cell in decoding order
    std::vector<double> m_outside;         //!< inter-cell interference plus noise by layer, in the
                                           //!< downlink over the own gain (W)
    std::vector<double> m_key;             //!< decoding key by layer
    std::vector<double> m_power;           //!< powers in decoding order (W)
    std::vector<double> m_residual;        //!< residual factors
    std::vector<double> m_interference;    //!< within the cell, in decoding order (W)
    std::vector<std::size_t> m_decoder;    //!< who limits the rate of each layer, by layer
    std::vector<double> m_rate;            //!< by layer (bit/s)
    std::vector<double> m_snr;             //!< SINR with gap and margin, by layer; 0 = capped
    std::vector<double> m_disturbed;       //!< interference plus noise, by layer (W)
    std::vector<double> m_slope;           //!< by layer
    std::vector<double> m_price;           //!< by layer
    std::vector<double> m_cost;            //!< cost of interference in decoding order
    std::vector<double> m_own;             //!< price within the cell in decoding order
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_RATES_H
