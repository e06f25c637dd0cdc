/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Closed forms of outage. Noise is 1, gains are exponential with mean Omega (the mean SNR),
 * phi = 2^rate - 1. test/reference/noma_link_reference.py simulates the same conditions in NumPy.
 */
#ifndef NOMA_LINK_CLOSED_FORMS_H
#define NOMA_LINK_CLOSED_FORMS_H

#include "ns3/noma-link-study.h"
#include "ns3/noma-sic-rate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

inline const double INF = std::numeric_limits<double>::infinity(); //!< infinity

/// @returns the SINR that a rate needs @param rate bit per channel use
inline double
Phi(double rate)
{
    return std::pow(2.0, rate) - 1;
}

/**
 * @param study a downlink study
 * @param k position of a layer
 * @returns the SNR from which layer k is decodable once the earlier ones are cancelled
 */
inline double
DownlinkThreshold(const LinkStudy& study, std::size_t k)
{
    double left = study.split[k];
    const double phi = Phi(study.rate[k]);
    for (std::size_t j = 0; j < study.split.size(); ++j)
    {
        left -= j > k ? phi * study.split[j] : j < k ? phi * study.residual * study.split[j] : 0;
    }
    return left > 0 ? phi / left : INF;
}

/**
 * @param study a downlink study in the order listed
 * @param k user
 * @returns outage of user k: it has to decode all earlier layers if errors propagate
 */
inline double
DownlinkOutage(const LinkStudy& study, std::size_t k)
{
    double threshold = DownlinkThreshold(study, k);
    for (std::size_t j = 0; j < k && study.propagation == PROPAGATION_STRICT; ++j)
    {
        threshold = std::max(threshold, DownlinkThreshold(study, j));
    }
    if (threshold == INF)
    {
        return 1;
    }
    const double snr = FromDb(study.snrDb[k]);
    double cover = std::exp(-threshold / snr);
    for (const double db : study.interfererDb)
    {
        cover /= 1 + threshold * FromDb(db) / snr;
    }
    return 1 - cover;
}

/**
 * @param study a downlink study of users with the same mean, sorted by gain
 * @param k position, 0 = weakest
 * @returns outage (Ding, Yang, Fan, Poor, IEEE Signal Processing Letters 2014)
 */
inline double
SortedDownlinkOutage(const LinkStudy& study, std::size_t k)
{
    double threshold = 0;
    for (std::size_t j = 0; j <= k; ++j)
    {
        threshold = std::max(threshold, DownlinkThreshold(study, j));
    }
    if (threshold == INF)
    {
        return 1;
    }
    const double below = 1 - std::exp(-threshold / FromDb(study.snrDb[0]));
    const auto users = static_cast<unsigned>(study.snrDb.size());
    double sum = 0;
    for (unsigned i = static_cast<unsigned>(k) + 1; i <= users; ++i)
    {
        double choose = 1;
        for (unsigned c = 1; c <= i; ++c)
        {
            choose *= static_cast<double>(users - i + c) / c;
        }
        sum += choose * std::pow(below, i) * std::pow(1 - below, users - i);
    }
    return sum;
}

/**
 * @param study an uplink study in the order listed, errors propagating
 * @param k user
 * @returns outage: probability that stages 0 to k do not all succeed
 */
inline double
UplinkOutage(const LinkStudy& study, std::size_t k)
{
    const std::size_t users = study.snrDb.size();
    std::vector<double> lambda;
    for (const double db : study.snrDb)
    {
        lambda.push_back(1 / FromDb(db));
    }
    for (const double db : study.interfererDb)
    {
        lambda.push_back(1 / FromDb(db));
    }
    // integrating out a decoded user tilts the densities of all that interfere with it
    auto tilted = lambda;
    double p = 1;
    for (std::size_t s = 0; s <= k; ++s)
    {
        const double phi = Phi(study.rate[s]);
        p *= lambda[s] / tilted[s] * std::exp(-tilted[s] * phi);
        for (std::size_t j = s + 1; j < tilted.size(); ++j)
        {
            tilted[j] += tilted[s] * phi;
        }
    }
    for (std::size_t j = k + 1; j < users; ++j)
    {
        p *= lambda[j] / tilted[j];
    }
    for (std::size_t j = users; j < tilted.size(); ++j)
    {
        p *= lambda[j] / tilted[j];
    }
    return 1 - p;
}

/**
 * @param study an uplink study of two users decoded by decreasing power, errors propagating
 * @param k user
 * @returns outage
 */
inline double
DynamicUplinkOutage(const LinkStudy& study, std::size_t k)
{
    const double a = 1 / FromDb(study.snrDb[k]);
    const double b = 1 / FromDb(study.snrDb[1 - k]);
    const double phi = Phi(study.rate[k]);
    const double other = Phi(study.rate[1 - k]);
    // first: x > max(y, phi (1 + y)), where the two meet at y = phi / (1 - phi)
    double p = 0;
    const double meet = phi < 1 ? phi / (1 - phi) : INF;
    p += std::exp(-phi * a) * b / (b + phi * a) * -std::expm1(-meet * (b + phi * a));
    p += phi < 1 ? b / (a + b) * std::exp(-meet * (a + b)) : 0;
    // second: x > phi and y > max(x, other (1 + x))
    const double turn = other < 1 ? other / (1 - other) : INF;
    if (phi < turn)
    {
        const double s = a + other * b;
        p += a * std::exp(-other * b) / s * (std::exp(-phi * s) - std::exp(-turn * s));
    }
    p += turn < INF ? a / (a + b) * std::exp(-std::max(phi, turn) * (a + b)) : 0;
    return 1 - p;
}

/**
 * @param study an uplink study of two users with imperfect cancellation, errors propagating
 * @returns outage of the second user
 */
inline double
ResidualUplinkOutage(const LinkStudy& study)
{
    const double a = 1 / FromDb(study.snrDb[0]);
    const double b = 1 / FromDb(study.snrDb[1]);
    const double phi1 = Phi(study.rate[0]);
    const double phi2 = Phi(study.rate[1]);
    const double beta = study.residual;
    if (beta * phi1 * phi2 >= 1)
    {
        return 1;
    }
    // phi1 (1 + y) < x < (y / phi2 - 1) / beta, which is an interval from y = least on
    const double least = (1 + beta * phi1) * phi2 / (1 - beta * phi1 * phi2);
    const double s1 = b + phi1 * a;
    const double s2 = b + a / (phi2 * beta);
    return 1 - b * (std::exp(-phi1 * a - least * s1) / s1 - std::exp(a / beta - least * s2) / s2);
}

/**
 * Imperfect channel estimates: what is not known of a signal is noise.
 *
 * @param study a study with a channel error and without interferers
 * @param k user
 * @returns outage of user k, by the closed forms at the SNRs that are left
 */
inline double
ImperfectOutage(const LinkStudy& study, std::size_t k)
{
    LinkStudy left = study;
    left.channelError = 0;
    const double v = study.channelError;
    double noise = 1;
    for (const double db : study.snrDb)
    {
        noise += study.direction == UPLINK ? v * FromDb(db) : 0;
    }
    for (std::size_t i = 0; i < study.snrDb.size(); ++i)
    {
        const double snr = FromDb(study.snrDb[i]);
        left.snrDb[i] = ToDb((1 - v) * snr / (study.direction == UPLINK ? noise : 1 + v * snr));
    }
    return study.direction == UPLINK ? UplinkOutage(left, k) : DownlinkOutage(left, k);
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_LINK_CLOSED_FORMS_H
