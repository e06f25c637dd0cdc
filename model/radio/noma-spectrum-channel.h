/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SPECTRUM_CHANNEL_H
#define NOMA_SPECTRUM_CHANNEL_H

#include "noma-spectrum-signal.h"

#include "ns3/multi-model-spectrum-channel.h"

#include <array>
#include <map>
#include <vector>

namespace ns3
{
namespace noma
{

class NomaSpectrumPhy;

/**
 * @ingroup noma-radio
 * A NOMA signal on the air, on one subchannel.
 */
struct AirSignal
{
    uint64_t number{0};                 //!< ascending in order of transmission
    double powerW{0};                   //!< transmit power on this subchannel (W)
    int64_t start{0};                   //!< start of transmission (time steps)
    int64_t end{0};                     //!< end of transmission (time steps)
    const NomaSpectrumPhy* tx{nullptr}; //!< sender
    const NomaLayer* layers{nullptr};   //!< what is sent on the subchannel, kept by the channel
    uint32_t count{0};                  //!< number of those
    uint32_t index{0};                  //!< user or access point index of the sender
    uint32_t gainIndex{NONE};           //!< number under which NomaPathGain knows the sender
    NomaRole role;                      //!< who sends
};

/**
 * @ingroup noma-radio
 * A subchannel of another band that overlaps a subchannel.
 */
struct AirOverlap
{
    SpectrumModelUid_t band{0}; //!< the other band
    uint32_t subchannel{0};     //!< its subchannel
    double fraction{0};         //!< how much of what is sent there falls into the first
};

/**
 * @ingroup noma-radio
 * A spectrum channel that is fast for large NOMA networks and gives what ns-3's multi-model
 * spectrum channel gives.
 *
 * The general channel copies every signal, over the whole band, for every receiver, in an event
 * of its own. Here NOMA signals are laid out once, per subchannel used, and NOMA receivers come
 * and look at the subchannels on which they have something to receive. Path gains are those of
 * NomaPathGain.
 *
 * Signals of other technologies, and NOMA signals towards receivers of other technologies, take
 * the general way. So does everything if a propagation delay, a transmit filter or a wrap-around
 * model is present.
 */
class NomaSpectrumChannel : public MultiModelSpectrumChannel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaSpectrumChannel();

    void AddRx(Ptr<SpectrumPhy> phy) override;
    void RemoveRx(Ptr<SpectrumPhy> phy) NOMA_OVERRIDE_SINCE_36;
    void StartTx(Ptr<SpectrumSignalParameters> params) override;

    /**
     * StartTx() of a NOMA signal whose sender is known as what it is.
     *
     * @param signal the signal
     * @param phy its sender
     */
    void StartNoma(const Ptr<NomaSpectrumSignalParameters>& signal, const NomaSpectrumPhy& phy);

    /**
     * @param band spectrum model
     * @param subchannel subchannel
     * @returns the signals on it that ended after the earliest open window began, by number
     */
    const std::vector<AirSignal>& GetAir(SpectrumModelUid_t band, uint32_t subchannel) const;

    /**
     * @param band spectrum model
     * @param role user or access point
     * @returns whether nobody of the other role ever sent in it
     */
    bool IsOnlyUsedBy(SpectrumModelUid_t band, NomaRole role) const;

    /**
     * What else is heard on a subchannel: that of networks whose bands are other objects.
     *
     * @param model band
     * @param subchannel subchannel
     * @returns the overlapping subchannels of all other bands used so far
     */
    const std::vector<AirOverlap>& GetOverlaps(const Ptr<const SpectrumModel>& model,
                                               uint32_t subchannel);

    /**
     * Keeps signals that end after a time until CloseWindow() is called.
     *
     * @param begin start of a reception window
     */
    void OpenWindow(Time begin);

    /// @param begin start of the window that ends
    void CloseWindow(Time begin);

    /// @returns number of the last signal
    uint64_t GetCount() const
    {
        return m_count;
    }

    /// @returns whether NOMA signals may take the short way
    bool IsShortcutPossible() const;

    /// @returns whether anybody here looks at the power spectral density of a NOMA signal
    bool IsPsdSeen() const;

  protected:
    void DoDispose() override;

  private:
    /// The signals in one band.
    struct Air
    {
        Ptr<const SpectrumModel> model;                               //!< the band
        std::vector<std::vector<AirSignal>> subchannels;              //!< signals by subchannel
        std::vector<Ptr<const NomaSpectrumSignalParameters>> signals; //!< the same, kept alive
        Time pruned{-1};            //!< when ended signals were last dropped
        int64_t last{0};            //!< when the last of them ends (time steps)
        std::array<bool, 2> used{}; //!< whether there ever was a sender, by role
    };

    /// Overlaps of one band.
    struct Overlaps
    {
        std::size_t bands{0};                             //!< bands known when they were found
        std::vector<std::vector<AirOverlap>> subchannels; //!< by subchannel
    };

    /// @param air band to free of signals that no window needs any more
    void Prune(Air& air);

    /// Passes a NOMA signal to receivers of other technologies. @param params signal
    void SendToOthers(Ptr<SpectrumSignalParameters> params);

    std::map<SpectrumModelUid_t, Air> m_air;           //!< NOMA signals by band
    std::map<Time, uint32_t> m_windows;                //!< open windows by start
    std::vector<Ptr<SpectrumPhy>> m_others;            //!< receivers that are not NOMA
    Ptr<MultiModelSpectrumChannel> m_otherChannel;     //!< the same receivers, to send NOMA to
    std::map<SpectrumModelUid_t, Overlaps> m_overlaps; //!< by band of a receiver
    uint64_t m_count{0};                               //!< number of the last signal
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SPECTRUM_CHANNEL_H
