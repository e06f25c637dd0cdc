/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LAMBDA_H
#define NOMA_LAMBDA_H

#include <cstddef>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Multicore compensation lambda(r): how many times faster r compute units are than one. Increasing,
 * lambda(1) = 1 for the closed forms. A value type.
 */
class Lambda
{
  public:
    /// Shape of the curve.
    enum class Kind
    {
        LINEAR, //!< r
        POWER,  //!< r^a
        AMDAHL, //!< 1 / ((1 - f) + f / r)
        TABLE   //!< measured points, monotone cubic between them, constant outside
    };

    /// Linear.
    Lambda() = default;

    /// @returns lambda(r) = r
    static Lambda Linear();
    /// @param a exponent, in (0, 1] for real multicores
    /// @returns lambda(r) = r^a
    static Lambda Power(double a);
    /// @param f parallel fraction in [0, 1]
    /// @returns Amdahl's law
    static Lambda Amdahl(double f);
    /// @param points (units, speed-up), both strictly increasing
    /// @returns measured curve
    static Lambda Table(std::vector<std::pair<double, double>> points);

    /// @param r compute units, > 0
    /// @returns lambda(r)
    double Speedup(double r) const;
    /**
     * @param r compute units, > 0
     * @returns d lambda / d r; of a TABLE 0 outside the points, the inner slope at the end points
     */
    double Derivative(double r) const;

    /**
     * @param r compute units, > 0
     * @param [out] derivative Derivative(r)
     * @returns Speedup(r)
     */
    double Speedup(double r, double& derivative) const;

    /// @returns the shape
    Kind GetKind() const;
    /// @returns exponent a (POWER) or parallel fraction f (AMDAHL)
    double GetParameter() const;
    /// @returns the points (TABLE)
    const std::vector<std::pair<double, double>>& GetPoints() const;

  private:
    /// @param r compute units within the table
    /// @returns index of the table interval that holds r
    std::size_t Segment(double r) const;

    Kind m_kind{Kind::LINEAR};                       //!< shape
    double m_parameter{1};                           //!< a or f
    std::vector<std::pair<double, double>> m_points; //!< table
    std::vector<double> m_slopes;                    //!< slope at each point (Fritsch-Carlson)
};

} // namespace noma
} // namespace ns3

#endif // NOMA_LAMBDA_H
