/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_FADING_MODEL_H
#define NOMA_FADING_MODEL_H

#include "ns3/noma-types.h"
#include "ns3/nstime.h"
#include "ns3/object.h"

#include <array>
#include <complex>
#include <cstdint>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @defgroup noma-radio The NOMA radio
 *
 * Channel, superposition, successive interference cancellation, medium access and net devices that
 * carry any ns-3 traffic.
 */

/**
 * @ingroup noma-radio
 * What a fading coefficient belongs to.
 */
struct FadingLink
{
    Direction direction{UPLINK}; //!< direction; the two bands fade independently
    uint32_t ue{0};              //!< user index, below 2^32
    uint32_t ap{0};              //!< access point index, below 2^15
    uint32_t subchannel{0};      //!< subchannel, below 2^16
};

/**
 * @ingroup noma-radio
 * Small-scale fading, constant within a coherence block. The coefficient has unit mean power; path
 * loss comes on top of it.
 *
 * The coefficient is a pure function of seed, run, stream, link and block: receiver, scheduler and
 * a second run of the same simulation see the same value in whatever order they ask, and no state
 * is kept per link.
 *
 * Subchannels fade independently, or in coherence bands: the first CoherenceSubchannels of them
 * share one coefficient, the next ones another, and so on. In a band of N subchannels of width W
 * this is block fading in frequency with a coherence bandwidth of CoherenceSubchannels W.
 *
 * Subclasses implement DoGetCoefficient() from the random words of Words().
 */
class NomaFadingModel : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaFadingModel();
    ~NomaFadingModel() override;

    /**
     * @param when a time
     * @returns the index of the coherence block it falls in
     */
    uint64_t GetBlock(Time when) const;

    /**
     * @param link the link
     * @param block coherence block
     * @returns the complex coefficient, mean square 1
     */
    std::complex<double> GetCoefficient(const FadingLink& link, uint64_t block) const;

    /**
     * @param link the link
     * @param block coherence block
     * @returns the power gain |coefficient|^2
     */
    double GetGain(const FadingLink& link, uint64_t block) const;

    /**
     * The power gains of several users at once.
     *
     * @param link the link, of any user
     * @param block coherence block
     * @param ues user indices
     * @param n number of users
     * @param [out] out power gain for each of them, as GetGain() gives it
     */
    void GetGains(const FadingLink& link,
                  uint64_t block,
                  const uint32_t* ues,
                  std::size_t n,
                  double* out) const;

    /**
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

    /// @returns the duration of a coherence block
    Time GetCoherenceTime() const;

  protected:
    /**
     * Random words that belong to a link.
     *
     * @param link the link
     * @param block coherence block, below 2^56
     * @param purpose distinguishes words of the same link and block
     * @returns four independent words
     */
    std::array<uint32_t, 4> Words(const FadingLink& link, uint64_t block, uint8_t purpose) const;

    /**
     * @param link the link
     * @param block coherence block, below 2^56
     * @param purpose distinguishes values of the same link and block
     * @returns a circular complex Gaussian value of mean square 1
     */
    std::complex<double> Gaussian(const FadingLink& link, uint64_t block, uint8_t purpose) const;

    /**
     * Numbers of the first two of Words(), for several users at once.
     *
     * @param link the link, of any user
     * @param block coherence block, below 2^56
     * @param purpose distinguishes words of the same link and block
     * @param ues user indices
     * @param n number of users
     * @param [out] out a uniform value in (0, 1] for each
     */
    void Uniforms(const FadingLink& link,
                  uint64_t block,
                  uint8_t purpose,
                  const uint32_t* ues,
                  std::size_t n,
                  double* out) const;

    /// See GetGains(). By default DoGetGain() of each. @param link the link, of any user
    /// @param block coherence block @param ues user indices @param n number of users
    /// @param [out] out power gains
    virtual void DoGetGains(const FadingLink& link,
                            uint64_t block,
                            const uint32_t* ues,
                            std::size_t n,
                            double* out) const;

    /// @returns the key of the random generator
    const std::array<uint32_t, 2>& GetKey() const
    {
        if (!m_keyed)
        {
            MakeKey();
        }
        return m_key;
    }

  private:
    /**
     * @param link the link
     * @param block coherence block
     * @returns the complex coefficient, mean square 1
     */
    virtual std::complex<double> DoGetCoefficient(const FadingLink& link, uint64_t block) const = 0;

    /**
     * @param link the link
     * @param block coherence block
     * @returns the power gain; by default the squared magnitude of the coefficient
     */
    virtual double DoGetGain(const FadingLink& link, uint64_t block) const;

    /// @param link a link @returns the link whose fading stands for its own
    FadingLink Representative(const FadingLink& link) const
    {
        FadingLink shared = link;
        shared.subchannel /= m_coherenceSubchannels;
        return shared;
    }

    /**
     * @param link a link
     * @param block coherence block
     * @param purpose purpose of the words
     * @returns what the words of the link are a function of
     */
    static std::array<uint32_t, 4> Counter(const FadingLink& link, uint64_t block, uint8_t purpose);

    /// Derives the key from seed, run and stream.
    void MakeKey() const;

    Time m_coherence;                        //!< duration of a coherence block
    uint32_t m_coherenceSubchannels;         //!< neighbouring subchannels that fade alike
    mutable int64_t m_stream{-1};            //!< stream; -1 = take the next automatic one
    mutable bool m_keyed{false};             //!< whether m_key is valid
    mutable std::array<uint32_t, 2> m_key{}; //!< key of the generator
};

/**
 * @ingroup noma-radio
 * No small-scale fading: the gain is 1.
 */
class NomaNoFadingModel : public NomaFadingModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    std::complex<double> DoGetCoefficient(const FadingLink& link, uint64_t block) const override;
    double DoGetGain(const FadingLink& link, uint64_t block) const override;
};

/**
 * @ingroup noma-radio
 * Rayleigh or Rician block fading, independent over links, directions and subchannels; over blocks
 * either independent or a stationary first-order autoregressive process.
 *
 * With correlation a between neighbouring blocks the scattered part is a Gauss-Markov process,
 * which can be sampled at any block without going through its past: values at multiples of 2^L
 * with a^(2^L) < 1e-17 are independent to double precision, and each value between two known ones
 * is drawn from its conditional distribution given both, halving the interval L times.
 *
 * The specular part of Rician fading has a constant random phase per link and subchannel.
 */
class NomaBlockFadingModel : public NomaFadingModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaBlockFadingModel();

  private:
    std::complex<double> DoGetCoefficient(const FadingLink& link, uint64_t block) const override;
    double DoGetGain(const FadingLink& link, uint64_t block) const override;
    void DoGetGains(const FadingLink& link,
                    uint64_t block,
                    const uint32_t* ues,
                    std::size_t n,
                    double* out) const override;

    /**
     * @param link the link
     * @param block coherence block
     * @returns the scattered part, mean square 1
     */
    std::complex<double> Scattered(const FadingLink& link, uint64_t block) const;

    /// Rayleigh fading of some users, as last asked for towards an access point on a subchannel.
    struct Recent
    {
        uint64_t block{0};                              //!< coherence block
        std::array<uint32_t, 2> key{};                  //!< key of the generator
        std::vector<std::pair<uint32_t, double>> gains; //!< user indices and power gains
    };

    /// @param link the link, of any user
    /// @returns what was last asked for; scheduler and receiver ask for much the same
    Recent& GetRecent(const FadingLink& link) const;

    /**
     * Looks users up in what was last asked for.
     *
     * @param recent gains of the coherence block
     * @param ues user indices
     * @param n number of users
     * @param [out] out power gains
     * @returns whether all are there
     */
    bool LookUp(const Recent& recent, const uint32_t* ues, std::size_t n, double* out) const;

    /// @param correlation correlation of neighbouring blocks
    void SetCorrelation(double correlation);

    /// @returns the correlation of neighbouring blocks
    double GetCorrelation() const;

    /// One halving of the interval between two known values.
    struct Halving
    {
        double weight{0}; //!< weight of each end in the conditional mean
        double sigma{0};  //!< conditional standard deviation
    };

    double m_ricianFactor{0};        //!< power of specular over scattered part, linear
    double m_correlation{0};         //!< correlation of neighbouring blocks
    std::vector<Halving> m_halvings; //!< index l: halving of an interval of 2^(l+1) blocks
    /// By access point and subchannel.
    mutable PerDirection<std::vector<std::vector<Recent>>> m_recent;
    mutable std::vector<uint32_t> m_place; //!< scratch: by user index, its place in a Recent
};

} // namespace noma
} // namespace ns3

#endif // NOMA_FADING_MODEL_H
