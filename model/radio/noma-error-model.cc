/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-error-model.h"

#include "ns3/abort.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/string.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaErrorModel);
NS_OBJECT_ENSURE_REGISTERED(NomaCapacityErrorModel);
NS_OBJECT_ENSURE_REGISTERED(NomaNormalErrorModel);
NS_OBJECT_ENSURE_REGISTERED(NomaTableErrorModel);

double
InverseQ(double probability)
{
    return std::sqrt(2.0) * boost::math::erfc_inv(2 * probability);
}

TypeId
NomaErrorModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaErrorModel").SetParent<Object>().SetGroupName("Noma");
    return tid;
}

NomaErrorModel::~NomaErrorModel() = default;

double
NomaErrorModel::BlockErrorRate(double sinr, double bits, double uses) const
{
    if (bits <= 0)
    {
        return 0;
    }
    if (!(uses > 0) || !(sinr > 0))
    {
        return 1;
    }
    return std::clamp(DoBlockErrorRate(sinr, bits, uses), 0.0, 1.0);
}

double
NomaErrorModel::MaxBits(double sinr, double uses, double target) const
{
    if (!(uses > 0) || !(sinr > 0))
    {
        return 0;
    }
    return DoMaxBits(sinr, uses, target);
}

double
NomaErrorModel::DoMaxBits(double sinr, double uses, double target) const
{
    double low = 0;
    double high = 1;
    while (high < 1e15 && DoBlockErrorRate(sinr, high, uses) <= target)
    {
        low = high;
        high *= 2;
    }
    for (int i = 0; i < 60; ++i)
    {
        const double middle = 0.5 * (low + high);
        (DoBlockErrorRate(sinr, middle, uses) <= target ? low : high) = middle;
    }
    return low;
}

TypeId
NomaCapacityErrorModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaCapacityErrorModel")
                            .SetParent<NomaErrorModel>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaCapacityErrorModel>();
    return tid;
}

double
NomaCapacityErrorModel::DoBlockErrorRate(double sinr, double bits, double uses) const
{
    // most often the two differ by far more than rounding, so that any logarithm tells
    const double near = uses * LOG2_E * std::log(1 + sinr);
    if (std::abs(near - bits) > 1e-9 * (near + uses))
    {
        return near > bits ? 0 : 1;
    }
    return uses * SpectralEfficiency(sinr) >= bits ? 0 : 1;
}

double
NomaCapacityErrorModel::DoMaxBits(double sinr, double uses, double /* target */) const
{
    return uses * SpectralEfficiency(sinr);
}

TypeId
NomaNormalErrorModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaNormalErrorModel")
                            .SetParent<NomaErrorModel>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaNormalErrorModel>();
    return tid;
}

double
NomaNormalErrorModel::DoBlockErrorRate(double sinr, double bits, double uses) const
{
    const double log2e = 1 / std::log(2.0);
    // 1 - (1 + g)^-2 = g (2 + g) / (1 + g)^2 keeps its digits at small g
    const double dispersion = sinr * (2 + sinr) / ((1 + sinr) * (1 + sinr)) * log2e * log2e;
    const double margin = uses * SpectralEfficiency(sinr) - bits + 0.5 * std::log2(uses);
    return 0.5 * std::erfc(margin / std::sqrt(2 * uses * dispersion));
}

double
NomaNormalErrorModel::DoMaxBits(double sinr, double uses, double target) const
{
    if (target <= 0)
    {
        return 0;
    }
    const double log2e = 1 / std::log(2.0);
    const double dispersion = sinr * (2 + sinr) / ((1 + sinr) * (1 + sinr)) * log2e * log2e;
    return std::max(0.0,
                    uses * SpectralEfficiency(sinr) + 0.5 * std::log2(uses) -
                        std::sqrt(uses * dispersion) * InverseQ(target));
}

std::vector<ErrorCurve>
ReadErrorCurves(std::istream& in, const std::string& name)
{
    std::vector<ErrorCurve> curves;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number)
    {
        auto fail = [&](const std::string& what) {
            std::string message = name;
            message.append(":").append(std::to_string(number)).append(": ").append(what);
            throw std::invalid_argument(message);
        };
        line = line.substr(0, line.find('#'));
        std::replace(line.begin(), line.end(), ',', ' ');
        std::istringstream fields(line);
        double efficiency;
        double sinrDb;
        double errorRate;
        std::string rest;
        if (!(fields >> rest))
        {
            continue;
        }
        fields.clear();
        fields.seekg(0);
        if (!(fields >> efficiency >> sinrDb >> errorRate) || fields >> rest)
        {
            fail("expected three numbers: bits per channel use, SINR (dB), block error rate");
        }
        if (!(efficiency > 0) || !std::isfinite(efficiency))
        {
            fail("bits per channel use must be above 0");
        }
        if (!(errorRate >= 0 && errorRate <= 1))
        {
            fail("block error rate must be in [0, 1]");
        }
        if (curves.empty() || curves.back().efficiency != efficiency)
        {
            if (!curves.empty() && efficiency < curves.back().efficiency)
            {
                fail("curves must come in ascending order of bits per channel use");
            }
            curves.push_back({efficiency, {}, {}});
        }
        auto& curve = curves.back();
        if (!curve.sinrDb.empty() && !(sinrDb > curve.sinrDb.back()))
        {
            fail("SINR must ascend within a curve");
        }
        if (!curve.errorRate.empty() && errorRate > curve.errorRate.back())
        {
            fail("block error rate must not rise with SINR");
        }
        curve.sinrDb.push_back(sinrDb);
        curve.errorRate.push_back(errorRate);
    }
    if (curves.empty())
    {
        throw std::invalid_argument(name + ": no error curve in it");
    }
    return curves;
}

TypeId
NomaTableErrorModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaTableErrorModel")
                            .SetParent<NomaErrorModel>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaTableErrorModel>()
                            .AddAttribute("File",
                                          "File with lines of bits per channel use, SINR (dB) and "
                                          "block error rate.",
                                          StringValue(""),
                                          MakeStringAccessor(&NomaTableErrorModel::SetFile),
                                          MakeStringChecker());
    return tid;
}

void
NomaTableErrorModel::SetCurves(std::vector<ErrorCurve> curves)
{
    m_curves = std::move(curves);
}

void
NomaTableErrorModel::SetFile(std::string name)
{
    m_file = name;
    if (name.empty())
    {
        return;
    }
    std::ifstream in(name);
    NS_ABORT_MSG_IF(!in, "NomaTableErrorModel: File: cannot read '" << name << "'");
    try
    {
        m_curves = ReadErrorCurves(in, name);
    }
    catch (const std::invalid_argument& e)
    {
        NS_ABORT_MSG("NomaTableErrorModel: File: " << e.what());
    }
}

double
NomaTableErrorModel::DoBlockErrorRate(double sinr, double bits, double uses) const
{
    NS_ABORT_MSG_IF(m_curves.empty(), "NomaTableErrorModel: the attribute File is not set");
    const double efficiency = bits / uses * (1 - 1e-9);
    const auto curve = std::find_if(m_curves.begin(), m_curves.end(), [&](const ErrorCurve& c) {
        return c.efficiency >= efficiency;
    });
    return curve == m_curves.end() ? 1 : ReadCurve(*curve, sinr);
}

double
NomaTableErrorModel::DoMaxBits(double sinr, double uses, double target) const
{
    NS_ABORT_MSG_IF(m_curves.empty(), "NomaTableErrorModel: the attribute File is not set");
    // curves of different codes may cross, and a block takes the first that is large enough
    for (auto curve = m_curves.rbegin(); curve != m_curves.rend(); ++curve)
    {
        if (ReadCurve(*curve, sinr) <= target)
        {
            return curve->efficiency * uses;
        }
    }
    return 0;
}

double
NomaTableErrorModel::ReadCurve(const ErrorCurve& curve, double sinr)
{
    const double db = ToDb(sinr);
    const auto above = std::upper_bound(curve.sinrDb.begin(), curve.sinrDb.end(), db);
    const auto i = above - curve.sinrDb.begin();
    if (i == 0)
    {
        return curve.errorRate.front();
    }
    if (above == curve.sinrDb.end())
    {
        return curve.errorRate.back();
    }
    const double t = (db - curve.sinrDb[i - 1]) / (curve.sinrDb[i] - curve.sinrDb[i - 1]);
    return curve.errorRate[i - 1] + t * (curve.errorRate[i] - curve.errorRate[i - 1]);
}

} // namespace noma
} // namespace ns3
