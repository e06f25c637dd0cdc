/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_WRAP_AROUND_H
#define NOMA_WRAP_AROUND_H

#include "ns3/constant-position-mobility-model.h"
#include "ns3/mobility-model.h"
#include "ns3/object.h"
#include "ns3/vector.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * A node that stands still and can be looked at in one of its images, as access points of a layout
 * with wrap-around. Whoever asks for its position gets the place of the image for as long as there
 * is one; nobody is told of a change of course.
 */
class NomaImageMobilityModel : public ConstantPositionMobilityModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaImageMobilityModel();
    ~NomaImageMobilityModel() override;

    /// @param shift from the node's place to that of its image (m); 0 = the node itself
    void SetImage(const Vector& shift)
    {
        m_shift = shift;
    }

  private:
    Vector DoGetPosition() const override;
    void DoSetPosition(const Vector& position) override;
    Vector DoGetVelocity() const override;

    Vector m_place; //!< where the node is
    Vector m_shift; //!< to its image
};

/**
 * @ingroup noma-radio
 * Wrap-around: a layout repeats in all directions, and of every access point a user sees the image
 * that is nearest. Aggregated to a NomaSpectrumChannel, whose NomaPathGain then asks antennas and
 * loss models with the access point at that image; its mobility model is a NomaImageMobilityModel.
 *
 * Path loss, antennas and spectrum losses between access points and users follow. Nodes of other
 * technologies are where they are.
 */
class NomaWrapAround : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaWrapAround();
    ~NomaWrapAround() override;

    /**
     * Repeats a hexagonal cluster, as NomaLayoutHelper makes it, in six directions and on.
     *
     * @param sites number of sites of the cluster, 1, 7 or 19
     * @param distanceM distance of neighbouring sites (m)
     */
    void SetHexagonal(uint32_t sites, double distanceM);

    /**
     * Gives the image that is nearest.
     *
     * @param from where an access point is
     * @param to where a user is
     * @returns from the access point to its image that is nearest to the user; 0 if it is the
     *          access point itself, also where an image is as near
     */
    Vector GetShift(const Vector& from, const Vector& to) const;

    /**
     * Shows an access point at its image for as long as this lives.
     */
    class View
    {
      public:
        /**
         * @param wrap wrap-around; null = none
         * @param ap mobility model of the access point; other models stay where they are
         * @param ue mobility model of the user
         */
        View(const Ptr<const NomaWrapAround>& wrap,
             const Ptr<MobilityModel>& ap,
             const Ptr<MobilityModel>& ue);
        View(const View&) = delete;
        View& operator=(const View&) = delete;
        ~View();

      private:
        Ptr<NomaImageMobilityModel> m_ap; //!< access point that is seen at an image
    };

  private:
    std::vector<Vector> m_periods; //!< shifts to the next images
};

} // namespace noma
} // namespace ns3

#endif // NOMA_WRAP_AROUND_H
