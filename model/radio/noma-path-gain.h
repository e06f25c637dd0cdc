/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PATH_GAIN_H
#define NOMA_PATH_GAIN_H

#include "noma-attribute-watch.h"
#include "noma-spectrum-signal.h"
#include "noma-wrap-around.h"

#include "ns3/mobility-model.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/spectrum-channel.h"
#include "ns3/spectrum-propagation-loss-model.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

class NomaSpectrumChannel;
class NomaSpectrumPhy;

/**
 * @ingroup noma-radio
 * When path gains between nodes that stand still are asked for again.
 */
enum NomaGainUpdate : uint8_t
{
    GAIN_UPDATE_AUTO,   //!< as soon as a model can give another answer
    GAIN_UPDATE_SLOT,   //!< in every slot
    GAIN_UPDATE_PERIOD, //!< once per period
    GAIN_UPDATE_MOVED   //!< never
};

/**
 * @ingroup noma-radio
 * The path gains of a spectrum channel between NOMA physical layers: everything that the channel
 * does to a signal except the small-scale fading of this module, that is antennas, propagation
 * loss models and spectrum propagation loss models. Receivers, scheduler and association all ask
 * here, so that they all see the same channel. There is one such object per channel, aggregated to
 * it.
 *
 * A gain is kept until either end has moved, and until the channel may have changed otherwise,
 * which is what the attribute Update is about. Under `Auto`, models of ns-3 that are functions of
 * the positions and of their attributes are asked again when an attribute has changed; all others
 * (matrices, shadowing, fading, buildings, spectrum losses, own classes) in every slot.
 *
 * On a channel whose receivers ask here too (NomaSpectrumChannel without propagation delay), a
 * pair of nodes has one propagation loss for both directions, as shadowing has: the loss model is
 * asked from the access point to the user. A chain with a MatrixPropagationLossModel, which is
 * made of values for a direction, is asked for each direction, also what it has beside. On other
 * channels each direction is asked as the channel does.
 *
 * With a NomaWrapAround at the channel, an access point is where its image nearest to the user is.
 *
 * Some models settle at the second question about a pair only (the shadowing of 3GPP TR 38.901 in
 * ns-3), so that a pair is asked for twice when it is first met.
 */
class NomaPathGain : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaPathGain();
    ~NomaPathGain() override;

    /**
     * The path gains of a channel, made if need be.
     *
     * @param channel the channel
     * @returns its path gains
     */
    static Ptr<NomaPathGain> Of(const Ptr<SpectrumChannel>& channel);

    /**
     * Tells what NOMA devices cannot use.
     *
     * @param channel a channel
     * @returns what about it is not supported, a message; empty = nothing
     */
    static std::string CheckChannel(const Ptr<SpectrumChannel>& channel);

    /**
     * Says which channel this is about. Of() does so.
     *
     * @param channel the channel, which outlives this
     */
    void SetChannel(SpectrumChannel* channel);

    /// Moves on to the present time. Gains asked for until the next call belong to it.
    void Update();

    /**
     * The gain at the positions that the two ends had when NomaSpectrumPhy::UpdatePosition() was
     * last called.
     *
     * @param tx sender
     * @param rx receiver
     * @returns the linear power gain without spectrum losses; 1 if either end has no mobility model
     */
    double Get(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx);

    /**
     * What spectrum propagation loss models do on top of Get().
     *
     * @param tx sender
     * @param rx receiver
     * @returns a linear power gain for each subchannel of the receiver's band, valid as long as
     *          GetVersion() is the same; null = 1 everywhere
     */
    const double* GetSpectrum(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx);

    /// @returns a number that rises whenever Get() or GetSpectrum() may give something else than
    /// before for some pair
    uint64_t GetVersion() const;

    /// @param phy physical layer
    /// @returns the number under which it is known, from now on if it was not: position in the
    /// tables
    uint32_t IndexOf(const NomaSpectrumPhy& phy);

    /// @param role user or access point @returns how many physical layers of it are known
    uint32_t GetCount(NomaRole role) const
    {
        return m_count[role == NomaRole::AP];
    }

    /// Forgets all gains.
    void Clear();

  protected:
    void DoDispose() override;
    void NotifyNewAggregate() override;

  private:
    /// What is known of a pair in one direction.
    struct Entry
    {
        double gain{0};        //!< linear
        uint64_t txVersion{0}; //!< position version of the sender
        uint64_t rxVersion{0}; //!< position version of the receiver
        uint64_t epoch{0};     //!< epoch it belongs to; 0 = never asked for
    };

    /// The same per subchannel.
    struct SpectrumEntry
    {
        Entry entry;                //!< what it belongs to; the gain is not used
        std::vector<double> linear; //!< gains
    };

    /// Pairs, by access point and user.
    template <typename T>
    using Table = std::vector<std::vector<T>>;

    /// Key of a pair that is not of an access point and a user: role, sender, receiver.
    using SameRole = std::array<uint32_t, 3>;

    /// @returns whether the receivers ask here too
    bool IsAuthority() const;

    /// Looks at what models the channel has, and starts anew if they are others than before.
    void LookAtModels();

    /// @returns whether a model or antenna may give another answer than before
    bool HasChanged();

    /**
     * Sees to it that the attributes of an object are watched, if its answers are known to depend
     * on positions and attributes only.
     *
     * @param object loss model or antenna
     * @param [in,out] watches where
     * @returns whether they are
     */
    static bool Watch(Ptr<const Object> object, std::vector<NomaAttributeWatch>& watches);

    /**
     * @tparam T kind of entry
     * @param table pairs by access point and user
     * @param others pairs of the same role
     * @param tx sender
     * @param rx receiver
     * @returns the entry of the pair
     */
    template <typename T>
    T& Find(Table<T>& table,
            std::map<SameRole, T>& others,
            const NomaSpectrumPhy& tx,
            const NomaSpectrumPhy& rx);

    /// @param entry entry
    /// @param tx sender
    /// @param rx receiver
    /// @returns whether an entry holds
    bool IsValid(const Entry& entry, const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx) const;

    /**
     * @param tx sender
     * @param rx receiver
     * @param first whether the pair is met for the first time
     * @returns the linear power gain
     */
    double Compute(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx, bool first) const;

    NomaGainUpdate m_update;                          //!< when to ask again
    Time m_period;                                    //!< with GAIN_UPDATE_PERIOD
    SpectrumChannel* m_channel{nullptr};              //!< the channel
    const NomaSpectrumChannel* m_fast{nullptr};       //!< the same, where it is of that class
    Ptr<NomaWrapAround> m_wrap;                       //!< images of access points; null = none
    bool m_hasNews{true};                             //!< whether the channel got an aggregate
    Ptr<PropagationLossModel> m_loss;                 //!< its loss models
    Ptr<SpectrumPropagationLossModel> m_spectrumLoss; //!< likewise, per subchannel
    TypeId::AttributeInformation m_maxLoss;           //!< the channel's attribute MaxLossDb
    double m_maxLossDb{1e9};                          //!< greatest loss (dB)
    bool m_directional{false};         //!< whether a loss model is made of directed values
    bool m_reciprocal{false};          //!< whether a pair has one loss for both directions
    bool m_functions{true};            //!< whether all models are functions of the positions
    bool m_antennasAreFunctions{true}; //!< whether all antennas are
    Time m_now{-1};                    //!< time of the last Update()
    int64_t m_periods{-1};             //!< periods gone by
    uint64_t m_epoch{1};               //!< number of times that the channel may have changed
    uint64_t m_cleared{0};             //!< number of times that all gains were forgotten

    std::vector<const PropagationLossModel*> m_chain; //!< loss models that are watched
    std::vector<NomaAttributeWatch> m_watches;        //!< attributes of models
    std::vector<NomaAttributeWatch> m_antennas;       //!< attributes of antennas
    std::array<uint32_t, 2> m_count{};                //!< physical layers by role
    PerDirection<Table<Entry>> m_gains;               //!< gains; down serves both if reciprocal
    PerDirection<Table<SpectrumEntry>> m_spectra;     //!< gains per subchannel
    std::map<SameRole, Entry> m_otherGains;           //!< gains between equals
    std::map<SameRole, SpectrumEntry> m_otherSpectra; //!< likewise per subchannel
};

} // namespace noma
} // namespace ns3

#endif // NOMA_PATH_GAIN_H
