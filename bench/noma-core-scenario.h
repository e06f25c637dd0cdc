/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CORE_SCENARIO_H
#define NOMA_CORE_SCENARIO_H

#include "noma-processor-time.h"

#include "ns3/noma-instance.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{
namespace bench
{

/**
 * The paper's network in size: cells in a row, users uniform in discs around their access points,
 * path gain d^-5, Rayleigh fading, every user with an image to classify.
 */
struct ScenarioParameters
{
    uint32_t aps{5};           //!< N
    uint32_t usersPerAp{250};  //!< U / N
    uint32_t subchannels{250}; //!< M
    uint32_t maxSuperposed{3}; //!< K
    double radiusM{500};       //!< cell radius (m)
    double unitsPerUser{2};    //!< edge units over users of the access point
    uint32_t stride{1};        //!< keep every so manieth cut, and always the last
    uint64_t seed{1};          //!< of positions, fading, tasks
};

/**
 * A network whose fading and tasks move from slot to slot.
 */
class Scenario
{
  public:
    /**
     * @param parameters sizes
     * @param cuts the DNN's cuts, device-only last
     */
    Scenario(const ScenarioParameters& parameters, const std::vector<CutOption>& cuts);

    /// @returns the present slot's problem
    const Instance& GetInstance() const
    {
        return m_instance;
    }

    /**
     * The next slot: g = a g + sqrt(1 - a^2) w for every complex channel coefficient, and some
     * users start another task.
     *
     * @param correlation a
     * @param newTasks fraction of users with a new task
     */
    void Advance(double correlation, double newTasks);

  private:
    /// @returns a standard normal number, the same on every platform
    double Normal();
    /// @returns uniform in (0, 1)
    double Uniform();
    /// Draws a user's task @param user user index
    void NewTask(uint32_t user);
    /// Writes |g|^2 times path gain into the instance
    void UpdateGains();

    ScenarioParameters m_parameters;                //!< sizes
    std::vector<CutOption> m_cuts;                  //!< cuts of a task of scale 1
    std::mt19937_64 m_random;                       //!< source of everything
    Instance m_instance;                            //!< present slot
    std::vector<double> m_path;                     //!< path gain [user][ap]
    PerDirection<std::vector<float>> m_coefficient; //!< real, imaginary, as GainTensor's data
};

/// @returns the cuts of a built-in model at its native input, paper's view; 8 bit input, float32
///          features @param model its name
std::vector<CutOption> ModelCuts(const std::string& model);

} // namespace bench
} // namespace noma
} // namespace ns3

#endif // NOMA_CORE_SCENARIO_H
