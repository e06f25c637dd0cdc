/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * How many users of a cell send a tensor in time, with NOMA and with OMA: the split image
 * recognition of 3GPP TS 22.261 by default, 0.27 Mbyte within 15 ms for 99.9 % of the tasks.
 */
#include "noma-arguments.h"

#include "ns3/noma-math.h"
#include "ns3/noma-random-draw.h"
#include "ns3/noma-sic-rate.h"

#include <cmath>
#include <functional>
#include <iomanip>
#include <random>

namespace
{

using namespace ns3::noma;

/// Speed of light (m/s).
constexpr double LIGHT = 299792458.0;

/// What one run asks.
struct Question
{
    double rateBps;       //!< rate that everyone needs (bit/s)
    double target;        //!< share of tasks in time
    double bandwidthHz;   //!< of the cell (Hz)
    uint32_t subchannels; //!< with fading of their own
    double powerW;        //!< of a user (W)
    double noiseW;        //!< in all of the bandwidth (W)
    double nearM;         //!< least distance (m)
    double radiusM;       //!< of the cell (m)
    double exponent;      //!< of the path loss
    double carrierHz;     //!< (Hz)
    double shadowingDb;   //!< standard deviation (dB)
    double snrGap;        //!< loss against capacity, linear
};

/// Gains of one user: one per subchannel.
using Gains = std::vector<double>;

/// @param rng generator
/// @returns a standard normal number
double
DrawNormal(std::mt19937_64& rng)
{
    constexpr double turn = 6.283185307179586;
    const double radius = std::sqrt(-2 * math::Log(1 - DrawUniform(rng)));
    return radius * std::cos(turn * DrawUniform(rng));
}

/// @param rng generator
/// @param q the question
/// @returns gains of a user somewhere in the cell
Gains
DrawUser(std::mt19937_64& rng, const Question& q)
{
    const double near = q.nearM * q.nearM;
    const double distance = std::sqrt(near + (q.radiusM * q.radiusM - near) * DrawUniform(rng));
    // close-in reference: free space at 1 m
    const double reference = 2 * ToDb(4 * 3.141592653589793 * q.carrierHz / LIGHT);
    const double lossDb =
        reference + 10 * q.exponent * math::Log10(distance) + q.shadowingDb * DrawNormal(rng);
    Gains gains(q.subchannels);
    for (double& g : gains)
    {
        g = FromDb(-lossDb) * -math::Log(1 - DrawUniform(rng)); // Rayleigh
    }
    return gains;
}

/**
 * Smallest x in (0, 1] at which a rising function reaches what is needed.
 *
 * @param f the function
 * @param need what is needed
 * @returns x, or 2 if even 1 is not enough
 */
double
Solve(const std::function<double(double)>& f, double need)
{
    if (f(1) < need)
    {
        return 2;
    }
    double low = 0;
    double high = 1;
    for (int i = 0; i < 50; ++i)
    {
        const double middle = (low + high) / 2;
        (f(middle) < need ? low : high) = middle;
    }
    return high;
}

/**
 * Users served with a share of the band each, all of the power in it. The shares of those that need
 * least are given first, which serves the most.
 *
 * @param users gains of the users
 * @param q the question
 * @returns number served
 */
uint32_t
ServeOma(const std::vector<Gains>& users, const Question& q)
{
    std::vector<double> shares;
    shares.reserve(users.size());
    for (const Gains& gains : users)
    {
        shares.push_back(Solve(
            [&](double share) {
                double rate = 0;
                for (double g : gains)
                {
                    rate += share * q.bandwidthHz / q.subchannels *
                            SpectralEfficiency(q.powerW * g / (share * q.noiseW), q.snrGap);
                }
                return rate;
            },
            q.rateBps));
    }
    std::sort(shares.begin(), shares.end());
    double sum = 0;
    uint32_t served = 0;
    for (double share : shares)
    {
        sum += share;
        served += sum <= 1 ? 1 : 0;
    }
    return served;
}

/**
 * Users served on all of the band at once, with successive interference cancellation in the order
 * of mean gains, strongest first. From the last decoded on everyone takes the least power that
 * reaches the rate above the interference of those decoded later; while somebody's power is not
 * enough, the weakest user goes.
 *
 * @param users gains of the users
 * @param q the question
 * @returns number served
 */
uint32_t
ServeNoma(std::vector<Gains> users, const Question& q)
{
    const auto mean = [](const Gains& gains) {
        double sum = 0;
        for (double g : gains)
        {
            sum += g;
        }
        return sum;
    };
    std::stable_sort(users.begin(), users.end(), [&](const Gains& a, const Gains& b) {
        return mean(a) < mean(b);
    });
    for (std::size_t first = 0; first < users.size(); ++first)
    {
        // users[first] is the weakest and decoded last
        Gains interference(q.subchannels, 0);
        bool good = true;
        for (std::size_t u = first; u < users.size() && good; ++u)
        {
            const Gains& gains = users[u];
            const double part = Solve(
                [&](double x) {
                    double rate = 0;
                    for (std::size_t m = 0; m < gains.size(); ++m)
                    {
                        rate += q.bandwidthHz / q.subchannels *
                                SpectralEfficiency(x * q.powerW * gains[m] /
                                                       (q.noiseW + interference[m]),
                                                   q.snrGap);
                    }
                    return rate;
                },
                q.rateBps);
            good = part <= 1;
            for (std::size_t m = 0; m < gains.size(); ++m)
            {
                interference[m] += part * q.powerW * gains[m];
            }
        }
        if (good)
        {
            return static_cast<uint32_t>(users.size() - first);
        }
    }
    return 0;
}

/// Share of tasks in time, with confidence.
struct Share
{
    double mean; //!< share
    double low;  //!< 95 % confidence, from
    double high; //!< to
};

/// @param q the question
/// @param users of the cell
/// @param drops how often
/// @param seed of the random numbers
/// @returns shares with OMA and with NOMA
std::vector<Share>
Study(const Question& q, uint32_t users, uint64_t drops, uint64_t seed)
{
    // the same places and fading for both, and for fewer users the first of them
    double sum[2] = {0, 0};
    double squares[2] = {0, 0};
    for (uint64_t drop = 0; drop < drops; ++drop)
    {
        std::mt19937_64 rng(seed * 0x9e3779b97f4a7c15ULL + drop);
        std::vector<Gains> gains;
        for (uint32_t u = 0; u < users; ++u)
        {
            gains.push_back(DrawUser(rng, q));
        }
        const double served[2] = {static_cast<double>(ServeOma(gains, q)) / users,
                                  static_cast<double>(ServeNoma(gains, q)) / users};
        for (int k = 0; k < 2; ++k)
        {
            sum[k] += served[k];
            squares[k] += served[k] * served[k];
        }
    }
    std::vector<Share> shares;
    const double n = static_cast<double>(drops);
    for (int k = 0; k < 2; ++k)
    {
        const double mean = sum[k] / n;
        const double variance = std::max(0.0, squares[k] / n - mean * mean);
        // where nobody failed, 3 failures in n are what 95 % confidence cannot exclude
        const double half = std::max(1.96 * std::sqrt(variance / n), mean == 1 ? 3 / n : 0.0);
        shares.push_back({mean, std::max(0.0, mean - half), std::min(1.0, mean + half)});
    }
    return shares;
}

/// Declares the command line. @returns it
Arguments
MakeArguments()
{
    Arguments arguments("noma-kpi", "users of a cell that send a tensor in time, NOMA and OMA");
    arguments.AddOption("megabytes", "X", "tensor to send (10^6 byte)", "0.27");
    arguments.AddOption("milliseconds", "X", "time to send it (ms)", "15");
    arguments.AddOption("target", "X", "share of tasks in time", "0.999");
    arguments.AddOption("users", "N", "most users of the cell", "12");
    arguments.AddOption("bandwidth", "X", "of the cell (Hz)", "1e8");
    arguments.AddOption("subchannels", "N", "parts of it with fading of their own", "16");
    arguments.AddOption("power", "X", "of a user (dBm)", "23");
    arguments.AddOption("noise-figure", "X", "of the receiver (dB)", "5");
    arguments.AddOption("radius", "X", "of the cell (m)", "100");
    arguments.AddOption("near", "X", "least distance (m)", "10");
    arguments.AddOption("exponent", "X", "of the path loss", "2.1");
    arguments.AddOption("carrier", "X", "frequency (Hz)", "3.5e9");
    arguments.AddOption("shadowing", "X", "standard deviation (dB)", "4");
    arguments.AddOption("snr-gap", "X", "loss against capacity (dB)", "0");
    arguments.AddOption("drops", "N", "cells drawn", "4000");
    arguments.AddOption("seed", "N", "of places and fading", "1");
    arguments.AddOption("out", "FILE", "write there instead of to standard output", "-");
    arguments.SetEpilogue(
        "One antenna at each end, Rayleigh fading, no other cell. OMA: everyone has the share of\n"
        "the band that the rate needs, at full power. NOMA: everyone has all of it, at the least\n"
        "power, successive interference cancellation without residual. Weak users go first when\n"
        "not all can be served. verdict: whether the share reaches the target with 95 %\n"
        "confidence (yes, no, open).");
    return arguments;
}

/// @param arguments the command line
/// @returns the text asked for
std::string
Run(const Arguments& arguments)
{
    Question q;
    q.rateBps = arguments.GetDouble("megabytes", 1e-9, 1e9) * 8e6 /
                (arguments.GetDouble("milliseconds", 1e-6, 1e9) * 1e-3);
    q.target = arguments.GetDouble("target", 0, 1);
    q.bandwidthHz = arguments.GetDouble("bandwidth", 1, 1e15);
    q.subchannels = static_cast<uint32_t>(arguments.GetUint("subchannels", 1, 1024));
    q.powerW = FromDb(arguments.GetDouble("power", -100, 100) - 30);
    q.noiseW = NoisePowerW(-174, arguments.GetDouble("noise-figure", 0, 100), q.bandwidthHz);
    q.nearM = arguments.GetDouble("near", 1, 1e6);
    q.radiusM = arguments.GetDouble("radius", q.nearM, 1e6);
    q.exponent = arguments.GetDouble("exponent", 1, 10);
    q.carrierHz = arguments.GetDouble("carrier", 1e6, 1e13);
    q.shadowingDb = arguments.GetDouble("shadowing", 0, 100);
    q.snrGap = FromDb(arguments.GetDouble("snr-gap", 0, 100));
    const uint64_t most = arguments.GetUint("users", 1, 1000);
    const uint64_t drops = arguments.GetUint("drops", 2, 100000000);
    const uint64_t seed = arguments.GetUint("seed", 0, 1000000000);
    std::ostringstream text;
    text << "scheme,users,share,low,high,verdict\n" << std::setprecision(6);
    for (uint32_t users = 1; users <= most; ++users)
    {
        const auto shares = Study(q, users, drops, seed);
        for (std::size_t k = 0; k < shares.size(); ++k)
        {
            const Share& s = shares[k];
            text << (k == 0 ? "oma" : "noma") << ',' << users << ',' << s.mean << ',' << s.low
                 << ',' << s.high << ','
                 << (s.low >= q.target   ? "yes"
                     : s.high < q.target ? "no"
                                         : "open")
                 << '\n';
        }
    }
    return text.str();
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-kpi", [&] {
        Arguments arguments = MakeArguments();
        if (arguments.Parse(argc, argv))
        {
            WriteTextFile(arguments.GetString("out"), Run(arguments));
        }
        return 0;
    });
}
