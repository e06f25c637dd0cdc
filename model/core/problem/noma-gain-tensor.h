/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GAIN_TENSOR_H
#define NOMA_GAIN_TENSOR_H

#include "noma-types.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Linear power gains of one direction, h[user][ap][subchannel] of the model, stored with the user
 * index fastest so that the users of one (access point, subchannel) are contiguous.
 */
class GainTensor
{
  public:
    GainTensor() = default;

    /**
     * @param users number of users
     * @param aps number of access points
     * @param subchannels number of subchannels
     */
    GainTensor(std::size_t users, std::size_t aps, std::size_t subchannels)
        : m_users(users),
          m_aps(aps),
          m_subchannels(subchannels),
          m_data(users * aps * subchannels, 0.0)
    {
    }

    /// @param user user
    /// @param ap access point
    /// @param m subchannel
    /// @returns the gain of one link
    double& At(std::size_t user, std::size_t ap, std::size_t m)
    {
        return m_data[(m * m_aps + ap) * m_users + user];
    }

    /// @param user user
    /// @param ap access point
    /// @param m subchannel
    /// @returns the gain of one link
    double At(std::size_t user, std::size_t ap, std::size_t m) const
    {
        return m_data[(m * m_aps + ap) * m_users + user];
    }

    /// @param ap to this access point
    /// @param m on this subchannel
    /// @returns the gains of all users
    const double* Row(std::size_t ap, std::size_t m) const
    {
        return m_data.data() + (m * m_aps + ap) * m_users;
    }

    /// @param ap to this access point
    /// @param m on this subchannel
    /// @returns the gains of all users
    double* Row(std::size_t ap, std::size_t m)
    {
        return m_data.data() + (m * m_aps + ap) * m_users;
    }

    /// @returns number of users
    std::size_t GetUsers() const
    {
        return m_users;
    }

    /// @returns number of access points
    std::size_t GetAps() const
    {
        return m_aps;
    }

    /// @returns number of subchannels
    std::size_t GetSubchannels() const
    {
        return m_subchannels;
    }

    /// @returns all values, [subchannel][ap][user]
    const std::vector<double>& GetData() const
    {
        return m_data;
    }

  private:
    std::size_t m_users{0};       //!< users
    std::size_t m_aps{0};         //!< access points
    std::size_t m_subchannels{0}; //!< subchannels
    std::vector<double> m_data;   //!< [subchannel][ap][user]
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GAIN_TENSOR_H
