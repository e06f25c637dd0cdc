/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SHARED_LOG_H
#define NOMA_SHARED_LOG_H

#include "ns3/log.h"

#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Stands for the log component that another file of the same class defines, so that NS_LOG has one
 * name per class. A file writes
 *
 * @code
 * [[maybe_unused]] static const SharedLog g_log("NomaNetwork");
 * @endcode
 *
 * in place of NS_LOG_COMPONENT_DEFINE. The component is looked up when it is first asked for,
 * because nothing orders the construction of static objects of two files.
 */
class SharedLog
{
  public:
    /// @param name name of the component
    explicit SharedLog(const char* name)
        : m_name(name)
    {
    }

    /**
     * Asks the component.
     *
     * @param level level
     * @returns whether it is enabled
     */
    bool IsEnabled(LogLevel level) const
    {
        if (!m_component)
        {
            m_component = &GetLogComponent(m_name);
        }
        return m_component->IsEnabled(level);
    }

    /// @returns name of the component
    const char* Name() const
    {
        return m_name;
    }

    /**
     * Names a level.
     *
     * @param level level
     * @returns name of the level
     */
    static std::string GetLevelLabel(LogLevel level)
    {
        return LogComponent::GetLevelLabel(level);
    }

  private:
    const char* m_name;                         //!< name
    mutable LogComponent* m_component{nullptr}; //!< the component, once looked up
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SHARED_LOG_H
