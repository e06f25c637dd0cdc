/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_FAIRNESS_THEORY_H
#define NOMA_FAIRNESS_THEORY_H

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-examples
 * Long-run rates of users in one cell whose downlink is scheduled proportionally fair with an
 * endless window: users with Rayleigh fading of different mean, new in every slot, full buffers,
 * codes up to capacity, perfect knowledge and cancellation.
 *
 * In every slot the sum over users of rate over average rate is greatest, and the averages are
 * those that this gives: a fixed point. With one user at a time that is served whose ratio is
 * greatest. With superposition of any number of users every bit of power z, counted from the
 * user decoded last, goes to the user of greatest 1 / (R (1/g + z)), which is the optimum of a
 * weighted sum over the capacity region of the degraded broadcast channel. No other scheduler has a
 * greater product of rates; with K users at most it is an upper bound.
 */
class FairnessTheory
{
  public:
    /**
     * @param snr mean SNR of each user with all power, linear
     * @param superposed whether users are superposed
     * @returns rate of each user (bit/s/Hz)
     */
    static std::vector<double> Rates(const std::vector<double>& snr, bool superposed)
    {
        const auto nodes = Gauss(superposed ? 48 : 96);
        std::vector<double> rates;
        rates.reserve(snr.size());
        for (const double s : snr)
        {
            rates.push_back(std::log2(1 + s) / 2 / static_cast<double>(snr.size())); // possible
        }
        // Frank and Wolfe's ascent of the sum of logarithms: rates that are best for the weights
        // 1 / R are a vertex to move to, as far as the sum grows
        const auto users = static_cast<double>(snr.size());
        for (int round = 0; round < 2000; ++round)
        {
            std::vector<double> way;
            double gap = -users; // bounds what the sum of logarithms may still grow by
            for (std::size_t u = 0; u < snr.size(); ++u)
            {
                const double rate =
                    superposed ? Superposed(snr, rates, u, nodes) : Alone(snr, rates, u, nodes);
                way.push_back(rate - rates[u]);
                gap += rate / rates[u];
            }
            if (gap < 1e-5 * users)
            {
                break;
            }
            double step = 0;
            for (double half = 0.5; half > 1e-9; half /= 2)
            {
                double slope = 0;
                for (std::size_t u = 0; u < snr.size(); ++u)
                {
                    slope += way[u] / (rates[u] + (step + half) * way[u]);
                }
                step += slope > 0 ? half : 0;
            }
            for (std::size_t u = 0; u < snr.size(); ++u)
            {
                rates[u] += step * way[u];
            }
        }
        return rates;
    }

  private:
    /// Nodes and weights on [0, 1].
    typedef std::vector<std::pair<double, double>> Nodes;

    /// @param n number @returns nodes and weights of Gauss and Legendre
    static Nodes Gauss(int n)
    {
        Nodes nodes;
        for (int i = 0; i < n; ++i)
        {
            double x = std::cos(M_PI * (i + 0.75) / (n + 0.5));
            double slope = 1;
            for (int step = 0; step < 20; ++step)
            {
                double p = 1;
                double before = 0;
                for (int k = 1; k <= n; ++k)
                {
                    before = std::exchange(p, ((2 * k - 1) * x * p - (k - 1) * before) / k);
                }
                slope = n * (x * p - before) / (x * x - 1);
                x -= p / slope;
            }
            nodes.emplace_back((1 - x) / 2, 1 / ((1 - x * x) * slope * slope));
        }
        return nodes;
    }

    /// @param gain a gain @param mean its mean @returns probability that it is below
    static double Below(double gain, double mean)
    {
        return -std::expm1(-gain / mean);
    }

    /// @param snr mean SNRs @param rates average rates @param u user @param nodes nodes
    /// @returns its rate with one user at a time
    static double Alone(const std::vector<double>& snr,
                        const std::vector<double>& rates,
                        std::size_t u,
                        const Nodes& nodes)
    {
        double sum = 0;
        for (const auto& [t, weight] : nodes)
        {
            const double rate = std::log1p(-snr[u] * std::log1p(-t)); // nat
            double best = 1;
            for (std::size_t v = 0; v < snr.size(); ++v)
            {
                best *= v == u ? 1 : Below(std::expm1(rate * rates[v] / rates[u]), snr[v]);
            }
            sum += weight * rate * best;
        }
        return sum / M_LN2;
    }

    /// @param snr mean SNRs @param rates average rates @param u user @param nodes nodes
    /// @returns its rate with superposition
    static double Superposed(const std::vector<double>& snr,
                             const std::vector<double>& rates,
                             std::size_t u,
                             const Nodes& nodes)
    {
        double sum = 0;
        for (const auto& [t, weight] : nodes)
        {
            const double g = -snr[u] * std::log1p(-t);
            const double all = std::log1p(g); // nat, from all power
            for (const auto& [y, share] : nodes)
            {
                const double z = std::expm1(all * y) / g; // power below which is y of it
                const double worth = g / (rates[u] * (1 + g * z));
                double best = 1;
                for (std::size_t v = 0; v < snr.size(); ++v)
                {
                    const double room = 1 / rates[v] - worth * z;
                    best *= v == u || room <= 0 ? 1 : Below(worth / room, snr[v]);
                }
                sum += weight * share * all * best;
            }
        }
        return sum / M_LN2;
    }
};

} // namespace noma
} // namespace ns3

#endif // NOMA_FAIRNESS_THEORY_H
