/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-lambda.h"

#include "noma-check.h"
#include "noma-math.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// Slopes that keep the cubic monotone (Fritsch and Carlson, SIAM J. Numer. Anal. 17, 1980).
std::vector<double>
MonotoneSlopes(const std::vector<std::pair<double, double>>& points)
{
    const std::size_t n = points.size();
    std::vector<double> secant(n - 1);
    for (std::size_t i = 0; i + 1 < n; ++i)
    {
        secant[i] =
            (points[i + 1].second - points[i].second) / (points[i + 1].first - points[i].first);
    }
    std::vector<double> slope(n);
    slope.front() = secant.front();
    slope.back() = secant.back();
    for (std::size_t i = 1; i + 1 < n; ++i)
    {
        slope[i] = (secant[i - 1] + secant[i]) / 2;
    }
    for (std::size_t i = 0; i + 1 < n; ++i)
    {
        const double a = slope[i] / secant[i];
        const double b = slope[i + 1] / secant[i];
        const double radius = math::Hypot(a, b);
        if (radius > 3)
        {
            slope[i] = 3 * a / radius * secant[i];
            slope[i + 1] = 3 * b / radius * secant[i];
        }
    }
    return slope;
}

} // namespace

Lambda
Lambda::Linear()
{
    return Lambda();
}

Lambda
Lambda::Power(double a)
{
    CheckPositive(a, "lambda.a");
    Lambda lambda;
    lambda.m_kind = Kind::POWER;
    lambda.m_parameter = a;
    return lambda;
}

Lambda
Lambda::Amdahl(double f)
{
    CheckRange(f, 0, 1, "in [0, 1]", "lambda.f");
    Lambda lambda;
    lambda.m_kind = Kind::AMDAHL;
    lambda.m_parameter = f;
    return lambda;
}

Lambda
Lambda::Table(std::vector<std::pair<double, double>> points)
{
    if (points.size() < 2)
    {
        ThrowInvalid(points.size(), "a number of points >= 2", "lambda.points");
    }
    for (std::size_t i = 0; i < points.size(); ++i)
    {
        CheckPositive(points[i].first, "lambda.points[", i, "][0]");
        CheckPositive(points[i].second, "lambda.points[", i, "][1]");
        if (i > 0 && !(points[i].first > points[i - 1].first))
        {
            ThrowInvalid(points[i].first, "above the point before", "lambda.points[", i, "][0]");
        }
        if (i > 0 && !(points[i].second > points[i - 1].second))
        {
            ThrowInvalid(points[i].second, "above the point before", "lambda.points[", i, "][1]");
        }
    }
    Lambda lambda;
    lambda.m_kind = Kind::TABLE;
    lambda.m_slopes = MonotoneSlopes(points);
    lambda.m_points = std::move(points);
    return lambda;
}

double
Lambda::Speedup(double r) const
{
    switch (m_kind)
    {
    case Kind::LINEAR:
        return r;
    case Kind::POWER:
        return math::Pow(r, m_parameter);
    case Kind::AMDAHL:
        return r / ((1 - m_parameter) * r + m_parameter);
    case Kind::TABLE:
        break;
    }
    if (r <= m_points.front().first)
    {
        return m_points.front().second;
    }
    if (r >= m_points.back().first)
    {
        return m_points.back().second;
    }
    const std::size_t i = Segment(r);
    const double width = m_points[i + 1].first - m_points[i].first;
    const double t = (r - m_points[i].first) / width;
    const double s = 1 - t;
    return (1 + 2 * t) * s * s * m_points[i].second + t * s * s * width * m_slopes[i] +
           t * t * (3 - 2 * t) * m_points[i + 1].second - t * t * s * width * m_slopes[i + 1];
}

double
Lambda::Derivative(double r) const
{
    switch (m_kind)
    {
    case Kind::LINEAR:
        return 1;
    case Kind::POWER:
        return m_parameter * math::Pow(r, m_parameter - 1);
    case Kind::AMDAHL: {
        const double d = (1 - m_parameter) * r + m_parameter;
        return m_parameter / (d * d);
    }
    case Kind::TABLE:
        break;
    }
    if (r < m_points.front().first || r > m_points.back().first)
    {
        return 0;
    }
    const std::size_t i = Segment(r);
    const double width = m_points[i + 1].first - m_points[i].first;
    const double t = (r - m_points[i].first) / width;
    const double s = 1 - t;
    return 6 * t * s * (m_points[i + 1].second - m_points[i].second) / width +
           s * (1 - 3 * t) * m_slopes[i] + t * (3 * t - 2) * m_slopes[i + 1];
}

double
Lambda::Speedup(double r, double& derivative) const
{
    const double value = Speedup(r);
    // the power is the dear part: take it once
    derivative = m_kind == Kind::POWER ? m_parameter * value / r : Derivative(r);
    return value;
}

std::size_t
Lambda::Segment(double r) const
{
    const auto next = std::upper_bound(m_points.begin() + 1,
                                       m_points.end() - 1,
                                       r,
                                       [](double x, const auto& point) { return x < point.first; });
    return static_cast<std::size_t>(next - m_points.begin()) - 1;
}

Lambda::Kind
Lambda::GetKind() const
{
    return m_kind;
}

double
Lambda::GetParameter() const
{
    return m_parameter;
}

const std::vector<std::pair<double, double>>&
Lambda::GetPoints() const
{
    return m_points;
}

} // namespace noma
} // namespace ns3
