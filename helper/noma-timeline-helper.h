/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TIMELINE_HELPER_H
#define NOMA_TIMELINE_HELPER_H

#include "ns3/noma-helper.h"
#include "ns3/noma-split-inference-helper.h"
#include "ns3/noma-timeline.h"
#include "ns3/object-factory.h"

#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * Lets a simulation write a timeline, with one call after everything is installed:
 *
 * @code
 * NomaTimelineHelper().Enable("run.json", noma, inference);
 * @endcode
 *
 * The file is whole after Simulator::Destroy(). Open it in ui.perfetto.dev or chrome://tracing, or
 * give it to utils/report. Attributes of ns3::noma::NomaTimeline can be set on the command line of
 * every program: --ns3::noma::NomaTimeline::MaxEvents=100000.
 */
class NomaTimelineHelper
{
  public:
    NomaTimelineHelper();

    /// Sets an attribute of the NomaTimeline. @param name name @param value value
    void Set(const std::string& name, const AttributeValue& value);

    /// @param parameters names and values of what is run, for the head of the file
    void SetParameters(const std::vector<std::pair<std::string, std::string>>& parameters);

    /**
     * Follows radio, controller, tasks, servers and batteries.
     *
     * @param file name of a new file; empty = no timeline
     * @param noma helper that installed the devices
     * @param inference helper that installed the applications
     * @returns the timeline, null without a file
     * @throws std::invalid_argument of one line
     */
    Ptr<NomaTimeline> Enable(const std::string& file,
                             NomaHelper& noma,
                             const SplitInferenceHelper& inference) const;

    /**
     * Follows the radio alone.
     *
     * @param file name of a new file; empty = no timeline
     * @param noma helper that installed the devices
     * @returns the timeline, null without a file
     * @throws std::invalid_argument of one line
     */
    Ptr<NomaTimeline> Enable(const std::string& file, NomaHelper& noma) const;

  private:
    ObjectFactory m_factory;                                       //!< makes timelines
    std::vector<std::pair<std::string, std::string>> m_parameters; //!< of what is run
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TIMELINE_HELPER_H
