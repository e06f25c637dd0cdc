/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-device-fit.h"

#include <Eigen/Dense>
#include <limits>

namespace ns3
{
namespace noma
{

DeviceTerms
FitDeviceTerms(const std::vector<OperatorTime>& times)
{
    const auto n = static_cast<Eigen::Index>(times.size());
    Eigen::MatrixXd rows(n, 3);
    for (Eigen::Index i = 0; i < n; ++i)
    {
        const OperatorTime& t = times[static_cast<std::size_t>(i)];
        rows.row(i) << 1 / t.seconds, t.flops / t.seconds, t.bytes / t.seconds;
    }
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(n);
    Eigen::Vector3d best = Eigen::Vector3d::Zero();
    double least = std::numeric_limits<double>::infinity();
    for (int set = 1; set < 8 && n > 0; ++set)
    {
        std::vector<Eigen::Index> in;
        for (int c = 0; c < 3; ++c)
        {
            if ((set >> c & 1) != 0 && rows.col(c).norm() > 0)
            {
                in.push_back(c);
            }
        }
        if (in.empty() || static_cast<Eigen::Index>(in.size()) > n)
        {
            continue;
        }
        Eigen::MatrixXd some(n, static_cast<Eigen::Index>(in.size()));
        Eigen::VectorXd norms(some.cols());
        for (Eigen::Index c = 0; c < some.cols(); ++c)
        {
            norms[c] = rows.col(in[static_cast<std::size_t>(c)]).norm();
            some.col(c) = rows.col(in[static_cast<std::size_t>(c)]) / norms[c];
        }
        const Eigen::VectorXd x = some.colPivHouseholderQr().solve(ones);
        const double error = (some * x - ones).squaredNorm();
        if (x.minCoeff() >= 0 && error < least * (1 - 1e-12))
        {
            least = error;
            best.setZero();
            for (Eigen::Index c = 0; c < some.cols(); ++c)
            {
                best[in[static_cast<std::size_t>(c)]] = x[c] / norms[c];
            }
        }
    }
    DeviceTerms terms;
    terms.seconds = best[0];
    terms.flopsPerSecond = best[1] > 0 ? 1 / best[1] : 0;
    terms.bytesPerSecond = best[2] > 0 ? 1 / best[2] : 0;
    return terms;
}

DeviceProfile
FitDeviceProfile(const std::vector<OperatorTime>& times)
{
    std::map<DeviceKind, std::vector<OperatorTime>> byKind;
    for (const OperatorTime& t : times)
    {
        byKind[t.kind].push_back(t);
    }
    DeviceProfile profile;
    for (const auto& [kind, some] : byKind)
    {
        profile.kinds[kind] = FitDeviceTerms(some);
    }
    return profile;
}

} // namespace noma
} // namespace ns3
