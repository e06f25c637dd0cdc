/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CSI_ESTIMATOR_H
#define NOMA_CSI_ESTIMATOR_H

#include "noma-fading-model.h"
#include "noma-path-gain.h"
#include "noma-spectrum-phy.h"

#include "ns3/noma-slot.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Channel state information of a whole network: this class knows the true gains, subclasses what a
 * real network would believe. Path loss is always known as it is; what is estimated is small-scale
 * fading.
 *
 * Once per slot the owner calls Update(); gains asked for afterwards belong to that slot.
 */
class NomaCsiEstimator : public Object, public CsiView
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaCsiEstimator();
    ~NomaCsiEstimator() override;

    /**
     * Says between whom the gains are. All devices share one channel and one fading model.
     *
     * @param ues physical layers by user index; null = no such user, gain 0
     * @param aps physical layers by access point index, likewise
     */
    void SetDevices(std::vector<Ptr<NomaSpectrumPhy>> ues, std::vector<Ptr<NomaSpectrumPhy>> aps);

    /**
     * Moves on to the slot that begins now.
     *
     * @param slotDuration duration of a slot
     */
    void Update(Time slotDuration);

    double Gain(Direction d, uint32_t ue, uint32_t ap, uint32_t subchannel) const override;
    double MeanGain(Direction d, uint32_t ue, uint32_t ap, uint32_t subchannel) const override;
    void Row(Direction d, uint32_t ap, uint32_t subchannel, double* out) const override;
    void Some(Direction d,
              uint32_t ap,
              uint32_t subchannel,
              const std::vector<uint32_t>& ues,
              double* out) const override;
    void Few(Direction d,
             uint32_t ap,
             uint32_t subchannel,
             const uint32_t* ues,
             std::size_t n,
             double* out) const override;

    /**
     * @param d direction
     * @param ue user index
     * @param ap access point index
     * @returns gain without small-scale fading, linear, mean over the subchannels
     */
    double GetPathGain(Direction d, uint32_t ue, uint32_t ap) const;

    /**
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

  protected:
    void DoDispose() override;

  private:
    /**
     * @param fading the true fading
     * @param slotStart start of the present slot
     * @param slotDuration duration of a slot
     * @returns the coherence block that is known
     */
    virtual uint64_t DoGetKnownBlock(const NomaFadingModel& fading,
                                     Time slotStart,
                                     Time slotDuration) const;

    /**
     * The fading power gain as estimated.
     *
     * @param fading the true fading
     * @param link the link
     * @param block the coherence block that is known
     * @returns power gain
     */
    virtual double DoEstimate(const NomaFadingModel& fading,
                              const FadingLink& link,
                              uint64_t block) const;

    /**
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    virtual int64_t DoAssignStreams(int64_t stream);

    /// Where a physical layer is.
    struct Place
    {
        Ptr<MobilityModel> mobility;         //!< who knows
        Vector position;                     //!< where it was last seen
        const NomaSpectrumPhy* phy{nullptr}; //!< the physical layer
    };

    /// Has all physical layers look up where they are.
    void UpdatePositions();

    std::vector<Ptr<NomaSpectrumPhy>> m_ues; //!< by user index
    std::vector<Ptr<NomaSpectrumPhy>> m_aps; //!< by access point index
    std::vector<Place> m_places;             //!< where they are
    uint64_t m_positionVersion{0};           //!< position version that it is of
    Ptr<NomaPathGain> m_gains;               //!< path gains of the channel
    Ptr<NomaFadingModel> m_fading;           //!< true fading
    uint64_t m_block{0};                     //!< coherence block known in this slot

    /// Path gains of one access point.
    struct PathGains
    {
        bool valid{false};                  //!< whether they are those of this slot
        uint64_t version{0};                //!< NomaPathGain::GetVersion() when they were looked up
        std::vector<double> perUser;        //!< linear
        std::vector<const double*> spectra; //!< by user and subchannel; empty = flat
    };

    /**
     * @param d direction
     * @param ap access point index
     * @returns path gains of all users
     */
    const PathGains& PathRow(Direction d, uint32_t ap) const;

    /// Users whose fading was asked for within a coherence block.
    struct Asked
    {
        uint64_t number{0};             //!< of the list, 0 = none yet
        uint64_t block{0};              //!< coherence block
        std::vector<uint32_t> ues;      //!< user indices, in order of asking
        std::vector<uint32_t> position; //!< by user index: where it is in ues; NONE = nowhere
    };

    /// Estimated fading of users towards one access point on one subchannel.
    struct FadingRow
    {
        uint64_t number{0};           //!< of the list it belongs to
        std::vector<double> perAsked; //!< power gains of the first users asked for
    };

    /**
     * @param d direction
     * @param ap access point index
     * @param subchannel subchannel
     * @returns fading that was asked for within the coherence block; null = none
     */
    const FadingRow* KnownRow(Direction d, uint32_t ap, uint32_t subchannel) const;

    /**
     * Sees to it that the fading of users is known.
     *
     * @param d direction
     * @param ap access point index
     * @param subchannel subchannel
     * @param ues user indices; null = all
     * @returns power gains by position in m_asked
     */
    const double* KnowFading(Direction d,
                             uint32_t ap,
                             uint32_t subchannel,
                             const std::vector<uint32_t>* ues) const;

    mutable PerDirection<std::vector<PathGains>> m_path; //!< by access point index
    mutable PerDirection<Asked> m_asked;                 //!< users in m_rows
    /// By access point and subchannel: asking again within a coherence block costs little.
    mutable PerDirection<std::vector<FadingRow>> m_rows;
    std::size_t m_subchannels{0}; //!< number of subchannels
    bool m_knowsFading{false};    //!< whether estimates are the fading itself
};

/**
 * @ingroup noma-radio
 * Knows the fading as it was some slots ago.
 */
class NomaAgedCsiEstimator : public NomaCsiEstimator
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    uint64_t DoGetKnownBlock(const NomaFadingModel& fading,
                             Time slotStart,
                             Time slotDuration) const override;

    uint32_t m_delay; //!< age (slots)
};

/**
 * @ingroup noma-radio
 * Knows the fading coefficient up to an error, one draw per link and coherence block, and possibly
 * with a delay.
 *
 * The estimate is the conditional mean given a noisy observation: with error variance v,
 * h = estimate + error with independent parts of mean square 1 - v and v. Its correlation with the
 * truth is sqrt(1 - v).
 */
class NomaNoisyCsiEstimator : public NomaAgedCsiEstimator
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaNoisyCsiEstimator();

  private:
    double DoEstimate(const NomaFadingModel& fading,
                      const FadingLink& link,
                      uint64_t block) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    double m_errorVariance;       //!< mean square error of the unit-power coefficient
    Ptr<NomaFadingModel> m_error; //!< source of errors, as a function of link and block
};

} // namespace noma
} // namespace ns3

#endif // NOMA_CSI_ESTIMATOR_H
