/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_OBJECTIVE_H
#define NOMA_OBJECTIVE_H

#include "noma-share-support.h"

#include "ns3/noma-decision.h"
#include "ns3/noma-rate-kernel.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * Where the objective is evaluated: one option per user, the continuous variables as plain vectors.
 */
struct ObjectivePoint
{
    std::vector<uint32_t> option;            //!< per user: index into User::options
    std::vector<double> units;               //!< per user: compute units
    PerDirection<std::vector<double>> power; //!< per user: transmit power (W)
    PerDirection<std::vector<double>> share; //!< per column of the support: share
};

/**
 * @ingroup noma-core-solve
 * Derivatives of Gamma with respect to the variables of an ObjectivePoint.
 */
struct ObjectiveGradient
{
    std::vector<double> units;               //!< per user (1/unit)
    PerDirection<std::vector<double>> power; //!< per user (1/W)
    PerDirection<std::vector<double>> share; //!< per column of the support
};

/**
 * @ingroup noma-core-solve
 * Memory of an evaluation, and what it found on the way. Reused, so that an evaluation allocates
 * nothing unless the support has grown. One workspace serves one thread.
 */
class ObjectiveWorkspace
{
  public:
    /// @param d direction
    /// @returns rate per user (bit/s) at the last evaluation
    const std::vector<double>& GetRate(Direction d) const
    {
        return m_link[d].rate;
    }

    /// @returns utility per user at the last evaluation; Gamma is its sum
    const std::vector<double>& GetUtility() const
    {
        return m_utility;
    }

    /// @returns the three terms of each user's utility at the last evaluation, [user][3]: computing
    ///          on device and edge and being late, uplink, downlink
    const std::vector<double>& GetTerms() const
    {
        return m_terms;
    }

  private:
    friend class Objective;

    /// Per direction.
    struct Link
    {
        std::vector<double> power;         //!< per user: power, 0 without radio
        std::vector<double> radio;         //!< per user: 1 if it has bits to send, else 0
        std::vector<double> rate;          //!< per user: bit/s
        std::vector<double> marginal;      //!< per user: -dGamma/dR * W, 0 without radio
        std::vector<double> layer;         //!< per column: power put on the air (W)
        std::vector<double> other;         //!< per column: downlink inter-cell + noise (W)
        std::vector<double> efficiency;    //!< per column: log2(1 + S/D), SNR gap included in S
        std::vector<double> inverse;       //!< per column: 1/(S + D)
        std::vector<double> slope;         //!< per column: S/(D (S + D))
        std::vector<uint32_t> worst;       //!< per column: decoder that limits it
        std::vector<uint32_t> order;       //!< per column: decoding order if it is not by gain
        std::vector<double> received;      //!< per group: uplink inter-cell interference (W)
        std::vector<double> sent;          //!< per group: downlink power on the air (W)
        std::vector<double> receivedPrice; //!< per group: uplink sum of prices of interference
        std::vector<double> sentPrice;     //!< per group: downlink inter-cell price of one watt
    };

    PerDirection<Link> m_link;      //!< per direction
    std::vector<double> m_utility;  //!< per user
    std::vector<double> m_terms;    //!< per user: computing, uplink, downlink
    std::vector<double> m_a;        //!< scratch of one group
    std::vector<double> m_b;        //!< scratch of one group
    std::vector<double> m_first;    //!< scratch of one subchannel: signals, prices of layers
    std::vector<double> m_second;   //!< scratch of one subchannel: interference, its prices
    std::vector<double> m_third;    //!< scratch of one subchannel: prices of one watt
    std::vector<double> m_residual; //!< the residual factor, repeated
};

/**
 * @ingroup noma-core-solve
 * The relaxed objective Gamma of the model, section 6, with its analytic gradient.
 *
 * Value and gradient with respect to the shares of a support, powers and units take one run over
 * the columns of the support, in either direction along each decoding order: O(aps * columns).
 * A column of share zero gets the derivative of its share too.
 *
 * What to know:
 * - A direction without bits has no radio: its shares and power are void, their derivatives 0.
 * - Rates vanish with the shares. Where bits meet a rate of zero, Gamma is +infinity; the
 *   derivatives of that user's variables are then those of its interference alone, and it
 *   contributes no price to others. Keep a floor under shares and powers.
 * - Orders by received power or by gain over interference depend on the variables; the gradient is
 *   that of the order at the point, and Gamma may jump where the order changes.
 * - DownlinkRate::DECODABLE takes a minimum over decoders: where two tie, the gradient is that of
 *   one of them (the layer's own user first, then the earliest in the decoding order). A user with
 *   a share of zero is no decoder, one with any positive share is: Gamma jumps there, and the
 *   derivative at a share of zero is that of the smooth part.
 * - Results do not depend on the instruction set.
 *
 * The instance must outlive the objective. An objective may be shared by threads.
 */
class Objective
{
  public:
    /**
     * @param instance a valid instance
     * @param set instruction set of the kernels
     */
    explicit Objective(const Instance& instance, InstructionSet set = DefaultInstructionSet());

    /**
     * @param support columns of the same instance
     * @param point where; sizes must fit
     * @param [in,out] workspace memory
     * @returns Gamma
     * @throws std::invalid_argument if sizes or options do not fit
     */
    double Value(const ShareSupport& support,
                 const ObjectivePoint& point,
                 ObjectiveWorkspace& workspace) const;

    /**
     * @param support columns of the same instance
     * @param point where
     * @param [in,out] workspace memory
     * @param [out] gradient derivatives with respect to the columns' shares, powers and units
     * @returns Gamma
     */
    double Gradient(const ShareSupport& support,
                    const ObjectivePoint& point,
                    ObjectiveWorkspace& workspace,
                    ObjectiveGradient& gradient) const;

    /// @returns the instance
    const Instance& GetInstance() const
    {
        return m_instance;
    }

  private:
    /// Constants of one direction.
    struct LinkConstants
    {
        double hz;    //!< subchannel width (Hz)
        double noise; //!< noise (W)
    };

    /// What a user's utility is linear in.
    struct UserConstants
    {
        double perSecond;     //!< utility per second of delay
        double perJoule;      //!< utility per joule
        double perDeviceFlop; //!< utility per FLOP on the device
        double edgeDelay;     //!< utility of delay per FLOP on one edge unit
        double edgeEnergy;    //!< utility of energy per FLOP on one edge unit
    };

    /// Sizes the workspace. @param support columns @param point where @param [out] w memory
    void Prepare(const ShareSupport& support,
                 const ObjectivePoint& point,
                 ObjectiveWorkspace& w) const;
    /// Interference and rates. @param d direction @param support columns @param point where
    /// @param [out] w memory
    void Rates(Direction d,
               const ShareSupport& support,
               const ObjectivePoint& point,
               ObjectiveWorkspace& w) const;
    /// Signal and interference of one group, into m_first and m_second. @param d direction
    /// @param s columns @param g the group @param point where @param [out] w memory
    void Group(Direction d,
               const ShareSupport::Lists& s,
               std::size_t g,
               const ObjectivePoint& point,
               ObjectiveWorkspace& w) const;
    /// Decoding order of one group. @param d direction @param s columns @param g the group
    /// @param [out] w memory @returns the columns in order; null if that is how they stand
    const uint32_t* Order(Direction d,
                          const ShareSupport::Lists& s,
                          std::size_t g,
                          ObjectiveWorkspace& w) const;
    /// Prices of one watt of a group's layers to the group, into m_third. @param d direction
    /// @param s columns @param g the group @param [in,out] w memory
    void GroupPrices(Direction d,
                     const ShareSupport::Lists& s,
                     std::size_t g,
                     ObjectiveWorkspace& w) const;
    /// @param i user
    /// @param point where
    /// @param w memory
    /// @returns delay of a user's task at the rates found (s)
    double Delay(std::size_t i, const ObjectivePoint& point, const ObjectiveWorkspace& w) const;
    /// Utilities; marginals and derivatives of units too if gradient is given.
    /// @param point where @param [in,out] w memory @param [out] gradient derivatives or null
    /// @returns Gamma
    double Utilities(const ObjectivePoint& point,
                     ObjectiveWorkspace& w,
                     ObjectiveGradient* gradient) const;
    /// Prices of interference and derivatives. @param d direction @param support columns
    /// @param point where @param [in,out] w memory @param [out] gradient derivatives
    void Prices(Direction d,
                const ShareSupport& support,
                const ObjectivePoint& point,
                ObjectiveWorkspace& w,
                ObjectiveGradient& gradient) const;

    const Instance& m_instance;         //!< the problem
    const RateKernels* m_kernels;       //!< elementwise work
    double m_gapInverse;                //!< 1 / SNR gap, linear
    PerDirection<LinkConstants> m_link; //!< constants per direction
    std::vector<UserConstants> m_users; //!< constants per user
};

} // namespace noma
} // namespace ns3

#endif // NOMA_OBJECTIVE_H
