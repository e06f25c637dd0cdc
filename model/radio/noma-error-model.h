/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ERROR_MODEL_H
#define NOMA_ERROR_MODEL_H

#include "ns3/object.h"

#include <istream>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * The inverse of the Gaussian tail function Q.
 *
 * @param probability a probability, in (0, 1)
 * @returns the value that a standard normal variable exceeds with this probability
 */
double InverseQ(double probability);

/**
 * @ingroup noma-radio
 * How likely a transport block is lost at a given SINR.
 */
class NomaErrorModel : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    ~NomaErrorModel() override;

    /**
     * @param sinr signal over interference plus noise, linear, SNR gap already taken off
     * @param bits size of the block (bit)
     * @param uses complex channel uses of the block, bandwidth times duration
     * @returns the probability that decoding fails, in [0, 1]
     */
    double BlockErrorRate(double sinr, double bits, double uses) const;

    /**
     * The largest block that keeps a target, for link adaptation.
     *
     * @param sinr signal over interference plus noise, linear
     * @param uses complex channel uses
     * @param target greatest block error rate wanted, in [0, 1)
     * @returns bits, not rounded to an integer; 0 if no block keeps the target
     */
    double MaxBits(double sinr, double uses, double target) const;

    /// @returns whether block error rates are 0 and 1 only, so that chance has no say
    virtual bool IsCertain() const
    {
        return false;
    }

  private:
    /**
     * @param sinr SINR, linear
     * @param bits size of the block (bit), > 0
     * @param uses complex channel uses, > 0
     * @returns the probability that decoding fails, not decreasing with bits
     */
    virtual double DoBlockErrorRate(double sinr, double bits, double uses) const = 0;

    /**
     * @param sinr SINR, linear
     * @param uses complex channel uses
     * @param target greatest block error rate wanted
     * @returns bits; by default found by bisection
     */
    virtual double DoMaxBits(double sinr, double uses, double target) const;
};

/**
 * @ingroup noma-radio
 * Decoded if and only if the mutual information, uses * log2(1 + SINR), reaches the block's bits.
 */
class NomaCapacityErrorModel : public NomaErrorModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    bool IsCertain() const final
    {
        return true;
    }

  private:
    double DoBlockErrorRate(double sinr, double bits, double uses) const final;
    double DoMaxBits(double sinr, double uses, double target) const override;
};

/**
 * @ingroup noma-radio
 * The normal approximation of finite-blocklength theory (Polyanskiy, Poor, Verdu: "Channel coding
 * rate in the finite blocklength regime", IEEE Trans. Inf. Theory, 2010) for n complex uses and k
 * bits: Q((n C - k + 0.5 log2 n) / sqrt(n V)), V = (1 - (1 + SINR)^-2) * log2(e)^2.
 */
class NomaNormalErrorModel : public NomaErrorModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoBlockErrorRate(double sinr, double bits, double uses) const override;
    double DoMaxBits(double sinr, double uses, double target) const override;
};

/**
 * @ingroup noma-radio
 * Block error rates of one code rate.
 */
struct ErrorCurve
{
    double efficiency{0};          //!< bits per channel use
    std::vector<double> sinrDb;    //!< ascending (dB)
    std::vector<double> errorRate; //!< block error rate at each SINR, not increasing
};

/**
 * @ingroup noma-radio
 * Reads block error rate curves. Each line holds three numbers, bits per channel use, SINR in dB
 * and block error rate, separated by blanks or commas; `#` starts a comment. Lines of one curve
 * stand together with ascending SINR, curves come in ascending order of bits per channel use.
 *
 * @param in the text
 * @param name how messages call it
 * @returns the curves
 * @throws std::invalid_argument with name, line and what is wrong
 */
std::vector<ErrorCurve> ReadErrorCurves(std::istream& in, const std::string& name);

/**
 * @ingroup noma-radio
 * Block error rates measured or simulated elsewhere, from a file that ReadErrorCurves() reads. A
 * block uses the curve with the least bits per channel use that is not below its own (1e-9
 * relative); more than any curve has fails always. Between two points the error rate is linear in
 * dB; outside, it is that of the nearest point.
 */
class NomaTableErrorModel : public NomaErrorModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    /// @param curves what ReadErrorCurves() returns
    void SetCurves(std::vector<ErrorCurve> curves);

  private:
    double DoBlockErrorRate(double sinr, double bits, double uses) const override;
    double DoMaxBits(double sinr, double uses, double target) const override;

    /// @param curve curve
    /// @param sinr SINR, linear
    /// @returns block error rate on a curve
    static double ReadCurve(const ErrorCurve& curve, double sinr);

    /// Reads a file; ends the program with a message if it is wrong. @param name its name
    void SetFile(std::string name);

    std::string m_file;               //!< file the curves come from
    std::vector<ErrorCurve> m_curves; //!< ascending bits per channel use
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ERROR_MODEL_H
