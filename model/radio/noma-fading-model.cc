/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-fading-model.h"

#include "noma-philox.h"
#include "noma-prefetch.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaFadingModel);
NS_OBJECT_ENSURE_REGISTERED(NomaNoFadingModel);
NS_OBJECT_ENSURE_REGISTERED(NomaBlockFadingModel);

TypeId
NomaFadingModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaFadingModel")
            .SetParent<Object>()
            .SetGroupName("Noma")
            .AddAttribute("CoherenceTime",
                          "Duration of a coherence block, within which the fading is constant. "
                          "A slot takes the block it starts in.",
                          TimeValue(MilliSeconds(10)),
                          MakeTimeAccessor(&NomaFadingModel::m_coherence),
                          MakeTimeChecker(NanoSeconds(1), Seconds(1e6)))
            .AddAttribute("CoherenceSubchannels",
                          "Coherence bandwidth in subchannels: so many neighbouring ones fade "
                          "alike, the next ones independently of them.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&NomaFadingModel::m_coherenceSubchannels),
                          MakeUintegerChecker<uint32_t>(1, 65536));
    return tid;
}

NomaFadingModel::NomaFadingModel() = default;

NomaFadingModel::~NomaFadingModel() = default;

uint64_t
NomaFadingModel::GetBlock(Time when) const
{
    return static_cast<uint64_t>(when.GetTimeStep() / m_coherence.GetTimeStep());
}

std::complex<double>
NomaFadingModel::GetCoefficient(const FadingLink& link, uint64_t block) const
{
    return DoGetCoefficient(Representative(link), block);
}

double
NomaFadingModel::GetGain(const FadingLink& link, uint64_t block) const
{
    return DoGetGain(Representative(link), block);
}

void
NomaFadingModel::GetGains(const FadingLink& link,
                          uint64_t block,
                          const uint32_t* ues,
                          std::size_t n,
                          double* out) const
{
    DoGetGains(Representative(link), block, ues, n, out);
}

int64_t
NomaFadingModel::AssignStreams(int64_t stream)
{
    m_stream = stream;
    m_keyed = false;
    return 1;
}

Time
NomaFadingModel::GetCoherenceTime() const
{
    return m_coherence;
}

double
NomaFadingModel::DoGetGain(const FadingLink& link, uint64_t block) const
{
    return std::norm(DoGetCoefficient(link, block));
}

void
NomaFadingModel::DoGetGains(const FadingLink& link,
                            uint64_t block,
                            const uint32_t* ues,
                            std::size_t n,
                            double* out) const
{
    FadingLink single = link;
    for (std::size_t i = 0; i < n; ++i)
    {
        single.ue = ues[i];
        out[i] = DoGetGain(single, block);
    }
}

void
NomaFadingModel::MakeKey() const
{
    if (m_stream < 0)
    {
        m_stream = static_cast<int64_t>(RngSeedManager::GetNextStreamIndex());
    }
    // two rounds of the same generator spread (seed, run, stream) over the key
    const auto run = RngSeedManager::GetRun();
    const auto stream = static_cast<uint64_t>(m_stream);
    const auto mixed = Philox({static_cast<uint32_t>(run),
                               static_cast<uint32_t>(run >> 32),
                               static_cast<uint32_t>(stream),
                               static_cast<uint32_t>(stream >> 32)},
                              {RngSeedManager::GetSeed(), 0x4E4F4D41});
    m_key = {mixed[0], mixed[1]};
    m_keyed = true;
}

std::array<uint32_t, 4>
NomaFadingModel::Words(const FadingLink& link, uint64_t block, uint8_t purpose) const
{
    return Philox(Counter(link, block, purpose), GetKey());
}

void
NomaFadingModel::Uniforms(const FadingLink& link,
                          uint64_t block,
                          uint8_t purpose,
                          const uint32_t* ues,
                          std::size_t n,
                          double* out) const
{
    PhiloxUniforms(Counter(link, block, purpose), GetKey(), ues, n, out);
}

std::array<uint32_t, 4>
NomaFadingModel::Counter(const FadingLink& link, uint64_t block, uint8_t purpose)
{
    return {static_cast<uint32_t>(block),
            static_cast<uint32_t>(block >> 32 & 0xFFFFFF) | uint32_t{purpose} << 24,
            link.ue,
            link.ap << 17 | static_cast<uint32_t>(link.direction) << 16 | link.subchannel};
}

std::complex<double>
NomaFadingModel::Gaussian(const FadingLink& link, uint64_t block, uint8_t purpose) const
{
    const auto w = Words(link, block, purpose);
    return std::polar(std::sqrt(-std::log(UniformOpenZero(w[0], w[1]))),
                      2 * M_PI * UniformOpenZero(w[2], w[3]));
}

TypeId
NomaNoFadingModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaNoFadingModel")
                            .SetParent<NomaFadingModel>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaNoFadingModel>();
    return tid;
}

std::complex<double>
NomaNoFadingModel::DoGetCoefficient(const FadingLink& /* link */, uint64_t /* block */) const
{
    return 1.0;
}

double
NomaNoFadingModel::DoGetGain(const FadingLink& /* link */, uint64_t /* block */) const
{
    return 1.0;
}

namespace
{
constexpr uint8_t SCATTERED = 0;  //!< purpose: scattered part; + level when correlated
constexpr uint8_t SPECULAR = 255; //!< purpose: phase of the specular part
constexpr std::size_t FEW = 64;   //!< so many users, as heard on a subchannel, are remembered
} // namespace

TypeId
NomaBlockFadingModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaBlockFadingModel")
            .SetParent<NomaFadingModel>()
            .SetGroupName("Noma")
            .AddConstructor<NomaBlockFadingModel>()
            .AddAttribute("RicianFactor",
                          "Power of the specular over the scattered part (linear); 0 = Rayleigh.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaBlockFadingModel::m_ricianFactor),
                          MakeDoubleChecker<double>(0.0, 1e12))
            .AddAttribute("Correlation",
                          "Correlation of the scattered part between neighbouring blocks, the "
                          "coefficient of a first-order autoregressive process; 0 = independent.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaBlockFadingModel::SetCorrelation,
                                             &NomaBlockFadingModel::GetCorrelation),
                          MakeDoubleChecker<double>(0.0, 0.999999));
    return tid;
}

NomaBlockFadingModel::NomaBlockFadingModel() = default;

void
NomaBlockFadingModel::SetCorrelation(double correlation)
{
    m_correlation = correlation;
    m_halvings.clear();
    // Gauss-Markov bridge: with correlation c = a^d to either end of an interval of 2d blocks the
    // middle has mean c/(1+c^2) * (left + right) and variance (1-c^2)/(1+c^2)
    for (double c = correlation; c >= 1e-17; c *= c)
    {
        const double c2 = c * c;
        const double distance = 1 - c;
        m_halvings.push_back({c / (1 + c2), std::sqrt(distance * (1 + c) / (1 + c2))});
    }
}

double
NomaBlockFadingModel::GetCorrelation() const
{
    return m_correlation;
}

std::complex<double>
NomaBlockFadingModel::Scattered(const FadingLink& link, uint64_t block) const
{
    if (m_halvings.empty())
    {
        return Gaussian(link, block, SCATTERED);
    }
    const std::size_t levels = m_halvings.size();
    uint64_t begin = block >> levels << levels;
    if (begin == block)
    {
        return Gaussian(link, begin, SCATTERED);
    }
    std::complex<double> left = Gaussian(link, begin, SCATTERED);
    std::complex<double> right = Gaussian(link, begin + (uint64_t{1} << levels), SCATTERED);
    for (std::size_t l = levels; l-- > 0;)
    {
        const uint64_t middle = begin + (uint64_t{1} << l);
        const auto& h = m_halvings[l];
        // a block is the middle of one interval only, so the block alone names its noise
        const std::complex<double> value =
            h.weight * (left + right) + h.sigma * Gaussian(link, middle, SCATTERED);
        if (middle == block)
        {
            return value;
        }
        if (block > middle)
        {
            begin = middle;
            left = value;
        }
        else
        {
            right = value;
        }
    }
    return left;
}

std::complex<double>
NomaBlockFadingModel::DoGetCoefficient(const FadingLink& link, uint64_t block) const
{
    const auto scattered = Scattered(link, block);
    if (m_ricianFactor == 0)
    {
        return scattered;
    }
    const auto w = Words(link, 0, SPECULAR);
    const double k = m_ricianFactor;
    return std::sqrt(1 / (1 + k)) * scattered +
           std::polar(std::sqrt(k / (1 + k)), 2 * M_PI * UniformOpenZero(w[0], w[1]));
}

double
NomaBlockFadingModel::DoGetGain(const FadingLink& link, uint64_t block) const
{
    if (m_ricianFactor == 0 && m_halvings.empty())
    {
        // |Gaussian|^2 without its phase
        const Recent& recent = GetRecent(link);
        if (recent.block == block && recent.key == GetKey())
        {
            const auto known = std::find_if(recent.gains.begin(),
                                            recent.gains.end(),
                                            [&](const auto& x) { return x.first == link.ue; });
            if (known != recent.gains.end())
            {
                return known->second;
            }
        }
        const auto w = Words(link, block, SCATTERED);
        return -std::log(UniformOpenZero(w[0], w[1]));
    }
    return std::norm(DoGetCoefficient(link, block));
}

void
NomaBlockFadingModel::DoGetGains(const FadingLink& link,
                                 uint64_t block,
                                 const uint32_t* ues,
                                 std::size_t n,
                                 double* out) const
{
    if (m_ricianFactor != 0 || !m_halvings.empty())
    {
        NomaFadingModel::DoGetGains(link, block, ues, n, out);
        return;
    }
    Recent* const recent = n <= FEW ? &GetRecent(link) : nullptr;
    if (recent && recent->block == block && recent->key == GetKey() && LookUp(*recent, ues, n, out))
    {
        // a receiver goes from one subchannel to the next; a few of them are always near
        const auto& row = m_recent[link.direction][link.ap];
        if (row.size() > FEW / 2 && link.subchannel + 1 < row.size())
        {
            const auto& next = row[link.subchannel + 1].gains;
            Prefetch(next.data(), next.data() + next.size());
        }
        return;
    }
    Uniforms(link, block, SCATTERED, ues, n, out);
    std::transform(out, out + n, out, [](double u) { return -std::log(u); });
    if (recent)
    {
        recent->block = block;
        recent->key = GetKey();
        recent->gains.resize(n);
        for (std::size_t i = 0; i < n; ++i)
        {
            recent->gains[i] = {ues[i], out[i]};
        }
    }
}

NomaBlockFadingModel::Recent&
NomaBlockFadingModel::GetRecent(const FadingLink& link) const
{
    auto& perAp = m_recent[link.direction];
    if (link.ap >= perAp.size())
    {
        perAp.resize(link.ap + 1);
    }
    auto& perSubchannel = perAp[link.ap];
    if (link.subchannel >= perSubchannel.size())
    {
        perSubchannel.resize(link.subchannel + 1);
    }
    return perSubchannel[link.subchannel];
}

bool
NomaBlockFadingModel::LookUp(const Recent& recent,
                             const uint32_t* ues,
                             std::size_t n,
                             double* out) const
{
    constexpr uint32_t PLACES = 256;
    // where a user may be; of several with one entry the last
    m_place.resize(PLACES);
    for (std::size_t i = 0; i < recent.gains.size(); ++i)
    {
        m_place[recent.gains[i].first % PLACES] = static_cast<uint32_t>(i);
    }
    for (std::size_t i = 0; i < n; ++i)
    {
        const auto isUser = [&](const auto& x) { return x.first == ues[i]; };
        const uint32_t place = m_place[ues[i] % PLACES];
        auto found = recent.gains.end();
        if (place < recent.gains.size() && isUser(recent.gains[place]))
        {
            found = recent.gains.begin() + place;
        }
        else
        {
            found = std::find_if(recent.gains.begin(), recent.gains.end(), isUser);
        }
        if (found == recent.gains.end())
        {
            return false;
        }
        out[i] = found->second;
    }
    return true;
}

} // namespace noma
} // namespace ns3
