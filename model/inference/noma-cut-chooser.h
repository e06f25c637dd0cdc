/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CUT_CHOOSER_H
#define NOMA_CUT_CHOOSER_H

#include "ns3/data-rate.h"
#include "ns3/noma-compute-processor.h"
#include "ns3/noma-instance.h"
#include "ns3/object.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Chooses the cut of a task at a client that no controller leads, on any network.
 */
class CutChooser : public Object
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /**
     * Chooses a cut.
     *
     * @param options cuts, work and bits per inference
     * @param processor runs the head; work that waits there is known
     * @returns index of the cut
     */
    virtual uint32_t Choose(const std::vector<CutOption>& options,
                            const ComputeProcessor& processor) = 0;

    /**
     * Learns how long tensors took.
     *
     * @param bits their bits
     * @param seconds from the end of the head until all were at the server
     */
    virtual void Observe(double bits, double seconds);
};

/**
 * @ingroup noma-inference
 * Neurosurgeon (Kang et al., ASPLOS 2017): the cut with the least latency of one task, or the least
 * energy of the device, at the speeds of device and server and the rate of the uplink that were
 * measured last. The rate is a moving mean over the tensors that were sent; while nothing is sent,
 * it stays what it was. Waiting in queues is not foreseen.
 */
class NeurosurgeonCutChooser : public CutChooser
{
  public:
    /// What is least.
    enum Goal
    {
        LATENCY, //!< latency
        ENERGY   //!< energy of the device: computing, and the radio while it sends
    };

    /// @returns the type
    static TypeId GetTypeId();

    uint32_t Choose(const std::vector<CutOption>& options,
                    const ComputeProcessor& processor) override;
    void Observe(double bits, double seconds) override;

    /// @returns rate it reckons with (bit/s)
    double GetRateBps() const;

  private:
    Goal m_goal;         //!< what is least
    double m_edgeFlops;  //!< speed of the server (FLOP/s)
    DataRate m_initial;  //!< rate before anything was sent
    double m_radioW;     //!< power of the radio while it sends (W)
    double m_newest;     //!< weight of the newest measurement
    double m_rateBps{0}; //!< mean of what was measured (bit/s), 0 = nothing
};

} // namespace noma
} // namespace ns3

#endif // NOMA_CUT_CHOOSER_H
