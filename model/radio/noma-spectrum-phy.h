/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SPECTRUM_PHY_H
#define NOMA_SPECTRUM_PHY_H

#include "noma-canceller.h"
#include "noma-error-model.h"
#include "noma-fading-model.h"
#include "noma-harq.h"
#include "noma-interference.h"
#include "noma-order-policy.h"
#include "noma-sic-receiver.h"
#include "noma-spectrum-signal.h"

#include "ns3/antenna-model.h"
#include "ns3/callback.h"
#include "ns3/mobility-model.h"
#include "ns3/net-device.h"
#include "ns3/random-variable-stream.h"
#include "ns3/spectrum-channel.h"
#include "ns3/spectrum-phy.h"
#include "ns3/traced-callback.h"
#include "ns3/vector.h"

#include <array>
#include <vector>

namespace ns3
{
namespace noma
{

class NomaPathGain;
struct AirSignal;
class NomaSpectrumChannel;

/**
 * @ingroup noma-radio
 * What became of one layer at one receiver.
 */
struct LayerOutcome
{
    Grant grant;                                //!< what was granted
    uint64_t blockBits{0};                      //!< size of the transport block (bit)
    Ptr<Packet> payload;                        //!< content as sent
    uint32_t stage{0};                          //!< position in the decoding order used
    uint32_t layers{0};                         //!< number of layers in the group
    bool decoded{false};                        //!< whether it was received
    LayerResult result{LayerResult::NO_SIGNAL}; //!< why, or why not
    double sinr{0};                             //!< of this transmission, linear
    double keptSinr{0};                         //!< sum over earlier transmissions, linear
    double signalW{0};                          //!< received power (W)
    double interferenceW{0};                    //!< interference of all kinds plus noise (W)
    double blockErrorRate{1};                   //!< according to the error model
};

/**
 * @ingroup noma-radio
 * Physical layer of a NOMA user or access point, for any ns-3 spectrum channel.
 *
 * In each slot the owner calls StartTx() with what it sends and OpenSlot() with what it was
 * granted to receive; at the end of the slot CloseSlot() decodes each subchannel once and reports
 * one LayerOutcome per grant. All three act on the slot as a whole: there are no events per signal
 * or layer. When everything happens at one instant, CloseSlot() of the old slot comes first, then
 * StartTx() of all senders, then OpenSlot().
 *
 * Idealisations:
 * 1. Slots are aligned at the receivers: NOMA signals count from when they were sent, as with
 *    timing advance and a cyclic prefix that covers the propagation delay.
 * 2. The receiver knows the grants of its cell (users: of their access point) and, unless
 *    ChannelErrorVariance says otherwise, the channel.
 * 3. Subchannels are orthogonal: no leakage between them or between the two bands.
 * 4. Fading is constant within a slot: that of the coherence block in which the slot begins.
 * 5. Interference enters by its average power over the slot and acts as Gaussian noise.
 * 6. Signals of other technologies undergo no small-scale fading beyond the channel's loss models.
 */
class NomaSpectrumPhy : public SpectrumPhy
{
  public:
    /// Receives the outcomes of a slot, one per grant; called only if there were grants.
    typedef Callback<void, const std::vector<LayerOutcome>&> ReceiveCallback;

    /**
     * Signature of the SicStage trace source.
     *
     * @param outcome the layer; at a user also layers of other users that it decodes first
     */
    typedef void (*SicStageTracedCallback)(const LayerOutcome& outcome);

    /**
     * Signature of the TxStart trace source.
     *
     * @param signal what is sent
     */
    typedef void (*TxStartTracedCallback)(Ptr<const NomaSpectrumSignalParameters> signal);

    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaSpectrumPhy();
    ~NomaSpectrumPhy() override;

    void SetDevice(Ptr<NetDevice> d) override;
    Ptr<NetDevice> GetDevice() const override;
    void SetMobility(Ptr<MobilityModel> m) override;
    Ptr<MobilityModel> GetMobility() const override;
    void SetChannel(Ptr<SpectrumChannel> c) override;
    Ptr<const SpectrumModel> GetRxSpectrumModel() const override;
    Ptr<NOMA_ANTENNA> NOMA_GET_ANTENNA() const override;
    void StartRx(Ptr<SpectrumSignalParameters> params) override;

    /// @returns the channel
    Ptr<SpectrumChannel> GetChannel() const;

    /// @param antenna antenna; null = isotropic with 0 dB
    void SetAntenna(Ptr<AntennaModel> antenna);

    /**
     * Says who this is. Call it before SetBands().
     *
     * @param role user or access point
     * @param index user or access point index in its network
     */
    void SetIdentity(NomaRole role, uint32_t index);

    /// @returns user or access point
    NomaRole GetRole() const
    {
        return m_role;
    }

    /// @returns user or access point index
    uint32_t GetIndex() const
    {
        return m_index;
    }

    /**
     * Sets the two bands. Call it before adding this to the channel as a receiver.
     *
     * @param up uplink band
     * @param down downlink band, with as many subchannels
     */
    void SetBands(Ptr<const SpectrumModel> up, Ptr<const SpectrumModel> down);

    /// @returns the number of subchannels
    uint32_t GetSubchannels() const;

    /// @param d direction
    /// @returns width of a subchannel (Hz)
    double GetSubchannelHz(Direction d) const;

    /// @returns the direction in which this sends
    Direction GetTxDirection() const;

    /// @returns the direction in which this receives
    Direction GetRxDirection() const;

    /// @returns noise power per subchannel of the receiver (W)
    double GetNoiseW() const;

    /// @returns the loss against capacity, linear
    double GetSnrGap() const;

    /// @returns error variance of the channel estimate
    double GetChannelErrorVariance() const;

    /// @returns the error model
    Ptr<NomaErrorModel> GetErrorModel() const;

    /// @returns the canceller
    Ptr<NomaCanceller> GetCanceller() const;

    /// @param fading fading model, the same for all devices of a network; null = none
    void SetFading(Ptr<NomaFadingModel> fading);

    /// @returns the fading model
    Ptr<NomaFadingModel> GetFading() const;

    /// @param callback called at the end of each slot with grants
    void SetReceiveCallback(ReceiveCallback callback);

    /**
     * Sends one signal.
     *
     * @param sent blocks to send, of one user per (subchannel, position in the order)
     * @param duration duration, at most the slot
     */
    void StartTx(const std::vector<NomaLayer>& sent, Time duration);

    /// The same without a copy. @param sent blocks to send; memory for the next ones is given back
    /// @param duration duration, at most the slot
    void StartTx(std::vector<NomaLayer>&& sent, Time duration);

    /**
     * Begins to listen.
     *
     * @param expected grants of what is sent to this receiver; at an access point those of all
     *        its users
     */
    void OpenSlot(const std::vector<Grant>& expected);

    /// The same without a copy. @param expected grants; memory for the next ones is given back
    void OpenSlot(std::vector<Grant>&& expected);

    /// Forgets what was kept of blocks that are not sent again. @param first number of the first
    /// block that may be
    void ForgetBlocks(uint64_t first)
    {
        m_harq.Forget(first);
    }

    /// Decodes what was heard since OpenSlot() and reports. Does nothing if no slot is open.
    void CloseSlot();

    /// Stops listening without a report, as when switched off.
    void AbortSlot();

    /// Looks up where this is; path gains are those of the last look.
    void UpdatePosition() const;

    /// The same with a position looked up before. @param now position
    void NotePosition(const Vector& now) const;

    /// @returns where it was last seen
    const Vector& GetPosition() const
    {
        return m_position;
    }

    /// @returns a number that is new whenever UpdatePosition() found a new position
    uint64_t GetPositionVersion() const
    {
        return m_positionVersion;
    }

    /// Asks for memory that sending takes. @param depth 0 = of this object, 1 = of the mobility
    /// model and the signal
    void PrefetchSelf(uint32_t depth) const;

    /// @returns the greatest GetPositionVersion() of all physical layers ever
    static uint64_t GetLatestPositionVersion();

    /// @returns the band in which this sends
    const Ptr<const SpectrumModel>& GetTxSpectrumModel() const;

    /// @returns the number under which NomaPathGain knows this, NONE = not met yet
    uint32_t GetGainIndex() const
    {
        return m_gainIndex;
    }

    /// @returns the same, after having met it
    uint32_t MeetGains() const;

    /// @param index the number under which NomaPathGain knows this
    void SetGainIndex(uint32_t index) const
    {
        m_gainIndex = index;
    }

    /**
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

  protected:
    void DoDispose() override;

  private:
    /// A NOMA signal as heard on one subchannel.
    struct Heard
    {
        double powerW{0};                 //!< received power, fading included, while it lasts (W)
        double meanW{0};                  //!< the same without small-scale fading (W)
        double fraction{0};               //!< fraction of the slot that it covers
        const NomaLayer* layers{nullptr}; //!< what is sent on the subchannel, kept elsewhere
        uint32_t count{0};                //!< number of those
        uint32_t index{0};                //!< user or access point index of the sender
        NomaRole role{NomaRole::UE};      //!< who sends
        bool own{false};                  //!< whether it carries a layer that is being decoded
        bool foreign{false};              //!< whether it comes from another network
    };

    /// The grants on one subchannel.
    struct Listening
    {
        uint32_t subchannel{0};    //!< subchannel
        std::size_t firstGrant{0}; //!< index of its first grant in m_expected
        std::size_t grants{0};     //!< number of grants
    };

    /// What the channel does to the signals of a sender.
    struct Path
    {
        double gain{0};                  //!< linear, without spectrum losses
        const double* spectrum{nullptr}; //!< by subchannel; null = 1 everywhere
    };

    /// The same of the senders of a role, by NomaPathGain's numbers, kept for a slot.
    struct Paths
    {
        std::vector<double> gains;                //!< as in Path; negative = not looked up
        std::vector<std::vector<double>> spectra; //!< as in Path; empty or missing = 1 everywhere
        std::size_t known{0};                     //!< number of gains looked up
    };

    /// A NOMA signal that the channel delivered.
    struct Arrival
    {
        Ptr<const NomaSpectrumSignalParameters> signal; //!< with received spectral density
        Time end;                                       //!< end of transmission
    };

    /// Granted users are told apart by so much of their index.
    static constexpr uint32_t SERVED = 4096;

    /// @param ue user index @returns whether it may be the index of a granted user
    bool IsMaybeServed(uint32_t ue) const
    {
        return !m_served.empty() && m_served[ue % SERVED];
    }

    /// Ends the program with a message if the set-up is not complete.
    void CheckSetUp() const;

    /// @returns the power spectral density of the layers in m_signal
    Ptr<SpectrumValue> MakePsd() const;

    /// @param role user or access point: the sender
    /// @param index its index
    /// @param subchannel subchannel
    /// @returns power gain of small-scale fading in the slot
    double FadingGain(NomaRole role, uint32_t index, uint32_t subchannel) const;

    /**
     * @param index user or access point index of a sender
     * @param subchannel subchannel
     * @returns the link between it and this
     */
    FadingLink MakeLink(uint32_t index, uint32_t subchannel) const;

    /**
     * What the receiver can use of a signal that it decodes: with a channel estimate of error
     * variance v, the estimated part; the rest acts as noise.
     *
     * @param heard the signal
     * @param subchannel subchannel
     * @param [out] errorW power of the part that is not known (W)
     * @returns power of the part that is known (W)
     */
    double KnownPowerW(const Heard& heard, uint32_t subchannel, double* errorW) const;

    /// Forgets NOMA signals that ended by @param when time
    void PruneArrivals(Time when);

    /// Looks up what the channel does to signals that are in the air now. @param subchannel where
    void LookUpPaths(uint32_t subchannel);

    /// @param signal a signal in the air
    /// @returns what the channel does to it now
    Path LookUpPath(const AirSignal& signal) const;

    /// @param start start of a signal (time steps)
    /// @param end its end (time steps)
    /// @param slotEnd end of the slot (time steps)
    /// @returns the fraction of the slot that the signal covers
    double GetFraction(int64_t start, int64_t end, int64_t slotEnd) const
    {
        return start == m_begin.GetTimeStep() && end == slotEnd
                   ? 1
                   : OverlapFraction(TimeStep(start), TimeStep(end), m_begin, TimeStep(slotEnd));
    }

    /// Puts what was heard on a subchannel into m_heard. @param subchannel subchannel @param end
    /// end of the slot
    void Collect(uint32_t subchannel, Time end);

    /**
     * Adds signals in the air to m_heard, those of this network first.
     *
     * @param subchannel subchannel
     * @param end end of the slot
     * @param late false: what was there when the slot was opened; true: what was sent since then
     */
    void CollectAir(uint32_t subchannel, Time end, bool late);

    /// Puts small-scale fading into what is heard. @param subchannel subchannel @param first first
    /// signal in m_heard that has none yet, of those users in m_fadingUes
    void Fade(uint32_t subchannel, std::size_t first);

    /// Adds what came through StartRx() to m_heard. @param subchannel subchannel @param end end of
    /// the slot
    void CollectArrivals(uint32_t subchannel, Time end);

    /// @param listening subchannel with grants of this access point
    /// @param end end of the slot
    void DecodeUplink(const Listening& listening, Time end);

    /// @param grant a grant of this user
    /// @param end end of the slot
    void DecodeDownlink(const Grant& grant, Time end);

    /**
     * @param subchannel subchannel
     * @param end end of the slot
     * @returns average power of all signals in m_heard that are not own, plus noise (W)
     */
    double GetOutsideW(uint32_t subchannel, Time end) const;

    /// Puts uplink layers into the order of the order policy. @param outsideW outside power (W)
    void Reorder(double outsideW);

    /**
     * Runs the SIC receiver on m_layers and m_sent.
     *
     * @param count number of layers to decode
     * @param outsideW interference from outside the group plus noise (W)
     * @param [in,out] outcomes their outcomes are appended
     */
    void RunReceiver(std::size_t count, double outsideW, std::vector<LayerOutcome>& outcomes);

    // what sending takes lies together, as every slot goes through all senders
    Ptr<NomaSpectrumSignalParameters> m_signal;     //!< what was sent last, to be used again
    Ptr<NomaSpectrumChannel> m_fastChannel;         //!< the channel, if it is one of these
    Ptr<SpectrumChannel> m_channel;                 //!< channel
    PerDirection<Ptr<const SpectrumModel>> m_bands; //!< bands
    Ptr<AntennaModel> m_antenna;                    //!< antenna
    uint32_t m_index{0};                            //!< user or access point index
    mutable uint32_t m_gainIndex{NONE};             //!< number of this in m_gains
    NomaRole m_role{NomaRole::UE};                  //!< user or access point
    /// The TxStart trace source.
    TracedCallback<Ptr<const NomaSpectrumSignalParameters>> m_txStartTrace;
    Ptr<MobilityModel> m_mobility;         //!< where it is
    mutable Vector m_position;             //!< where it was last seen
    mutable uint64_t m_positionVersion{0}; //!< changes with the position

    Ptr<NetDevice> m_device;      //!< device
    Ptr<NomaPathGain> m_gains;    //!< path gains of the channel
    PerDirection<double> m_width; //!< width of a subchannel (Hz)

    double m_noiseDensity;                    //!< noise power density (dBm/Hz)
    double m_noiseFigure;                     //!< noise figure (dB)
    double m_snrGapDb;                        //!< loss against capacity (dB)
    uint32_t m_maxLayers;                     //!< layers decoded at most
    ErrorPropagation m_propagation;           //!< effect of failed layers
    mutable Ptr<NomaErrorModel> m_errorModel; //!< error model
    Ptr<NomaCanceller> m_canceller;           //!< canceller; null = perfect
    Ptr<NomaOrderPolicy> m_orderPolicy;       //!< uplink order at the receiver; null = as granted
    Ptr<NomaFadingModel> m_fading;            //!< fading; null = none
    double m_channelError;                    //!< error variance of the channel estimate
    Ptr<NomaFadingModel> m_estimateNoise;     //!< noise in the channel estimate
    Ptr<UniformRandomVariable> m_random;      //!< decides on blocks of uncertain fate

    double m_noiseW{0};                   //!< noise per subchannel (W)
    ReceiveCallback m_receive;            //!< gets the outcomes
    bool m_open{false};                   //!< whether a slot is open
    Time m_begin;                         //!< when it began
    uint64_t m_block{0};                  //!< coherence block it began in
    double m_snrGap{1};                   //!< loss against capacity at its end, linear
    double m_uses{0};                     //!< channel uses of a subchannel in it
    std::vector<Grant> m_expected;        //!< grants, ascending subchannel, then order
    std::vector<Listening> m_listening;   //!< subchannels with grants
    std::vector<uint8_t> m_served;        //!< whether granted, by the end of a user index
    uint64_t m_early{0};                  //!< number of the last signal sent before it began
    std::vector<Arrival> m_arrivals;      //!< NOMA signals that came through StartRx()
    NomaInterference m_foreign;           //!< signals of other technologies
    std::vector<LayerOutcome> m_outcomes; //!< outcomes of the slot
    std::vector<LayerOutcome> m_reported; //!< those of the last one, as reported
    NomaHarqBuffer m_harq;                //!< what is kept of blocks that are sent again

    std::array<Paths, 2> m_paths;             //!< by role of the sender
    uint64_t m_pathVersion{0};                //!< NomaPathGain::GetVersion() that they are of
    std::vector<Heard> m_heard;               //!< scratch: signals heard on a subchannel
    std::vector<uint32_t> m_servedHeard;      //!< scratch: those that m_served may be about
    std::vector<uint32_t> m_fadingUes;        //!< scratch: users among them
    std::vector<double> m_fadingGains;        //!< scratch: their fading
    std::vector<SicLayer> m_layers;           //!< scratch: layers being decoded
    std::vector<const NomaLayer*> m_sent;     //!< scratch: the same layers as sent
    std::vector<SicStage> m_stages;           //!< scratch: results
    std::vector<LayerOutcome> m_results;      //!< scratch: the same as outcomes
    std::vector<OrderCandidate> m_candidates; //!< scratch: input of the order policy

    /// The SicStage trace source.
    TracedCallback<const LayerOutcome&> m_sicStageTrace;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SPECTRUM_PHY_H
