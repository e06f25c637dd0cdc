/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EXTERNAL_ALLOCATOR_H
#define NOMA_EXTERNAL_ALLOCATOR_H

#include "ns3/noma-allocator.h"

#include <memory>
#include <string>

namespace ns3
{
namespace noma
{

class ExternalController;
class SplitInferenceController;

/**
 * @ingroup noma-inference
 * An allocator that has the cuts from outside (ExternalController) and everything else from another
 * allocator, which gets the instance with one option per user: the one that was chosen. It asks
 * when there are users with more than one option.
 */
class ExternalAllocator : public Allocator
{
  public:
    /**
     * @param outside who is asked, must outlive this object
     * @param controller whose allocator this is, must outlive this object
     * @param allocator decides what is left to decide
     */
    ExternalAllocator(ExternalController* outside,
                      const SplitInferenceController* controller,
                      std::unique_ptr<Allocator> allocator);

    std::string GetName() const override;
    HonouredOptions GetHonouredOptions() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;

    ExternalController* m_outside;                //!< who is asked
    const SplitInferenceController* m_controller; //!< knows whose options these are
    std::unique_ptr<Allocator> m_allocator;       //!< decides the rest
};

} // namespace noma
} // namespace ns3

#endif // NOMA_EXTERNAL_ALLOCATOR_H
