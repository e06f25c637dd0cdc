/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_LINK_STUDIES_H
#define NOMA_TEST_LINK_STUDIES_H

#include "ns3/noma-link-study.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/// @returns a downlink study @param snrDb SNRs @param split split @param rate rates
inline LinkStudy
Down(std::vector<double> snrDb, std::vector<double> split, std::vector<double> rate)
{
    LinkStudy study;
    study.direction = DOWNLINK;
    study.snrDb = std::move(snrDb);
    study.split = std::move(split);
    study.rate = std::move(rate);
    return study;
}

/// @returns an uplink study @param snrDb SNRs @param rate rates @param interfererDb INRs
inline LinkStudy
Up(std::vector<double> snrDb, std::vector<double> rate, std::vector<double> interfererDb = {})
{
    LinkStudy study;
    study.snrDb = std::move(snrDb);
    study.rate = std::move(rate);
    study.interfererDb = std::move(interfererDb);
    return study;
}

/// @returns the studies with another error propagation @param studies studies @param p mode
inline std::vector<LinkStudy>
With(std::vector<LinkStudy> studies, ErrorPropagation p)
{
    for (auto& s : studies)
    {
        s.propagation = p;
    }
    return studies;
}

/// @returns the studies with another order @param studies studies @param order order
inline std::vector<LinkStudy>
Ordered(std::vector<LinkStudy> studies, LinkOrder order)
{
    for (auto& s : studies)
    {
        s.order = order;
    }
    return studies;
}

/// @returns the studies with residual factors @param studies studies @param residual factors
inline std::vector<LinkStudy>
Residual(std::vector<LinkStudy> studies, const std::vector<double>& residual)
{
    for (std::size_t i = 0; i < studies.size(); ++i)
    {
        studies[i].residual = residual[i];
    }
    return studies;
}

/// @returns the studies with interferers @param studies studies @param db INRs (dB)
inline std::vector<LinkStudy>
Interfered(std::vector<LinkStudy> studies, const std::vector<double>& db)
{
    for (auto& s : studies)
    {
        s.interfererDb = db;
    }
    return studies;
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_LINK_STUDIES_H
