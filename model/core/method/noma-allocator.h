/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ALLOCATOR_H
#define NOMA_ALLOCATOR_H

#include "ns3/noma-decision.h"
#include "ns3/noma-solver-report.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/// Greatest effort that may be asked for: work grows with it, and beyond it a solve has no end.
inline constexpr double MAX_EFFORT = 1000;

/**
 * @ingroup noma-core-method
 * What a caller may ask of an allocator. A field at its default asks for nothing; asking for what
 * the allocator does not honour (HonouredOptions) is an error. A seed may be given to any: one
 * that draws nothing at random says in its report that it did not use it.
 */
struct AllocatorOptions
{
    double effort{1.0}; //!< 0 to MAX_EFFORT; 0 = what a controller affords every slot, 1 = default
    uint64_t seed{1};   //!< all randomness comes from it
    uint64_t maxIterations{0};          //!< per layer or descent; 0 = the method's own default
    double epsilon{0};                  //!< stopping tolerance; 0 = the method's own default
    double step{0};                     //!< length of a fixed step; 0 = the method's own default
    bool integral{false};               //!< whether every link must hold one subchannel in full
    const Decision* warmStart{nullptr}; //!< last slot's decision for the same users, or null
    /// Floor on the users' mean accuracy, 0 = none: every allocator keeps it, see
    /// AllocateAccurate().
    double accuracyFloor{0};
    /// How much each user counts in that mean, >= 0; empty = all the same.
    std::vector<double> accuracyWeights;
    /// may be called now and then with the fraction done; returning false cancels
    std::function<bool(double)> progress;
};

/**
 * @ingroup noma-core-method
 * Which of the AllocatorOptions an allocator makes use of.
 */
struct HonouredOptions
{
    bool effort{false};        //!< AllocatorOptions::effort
    bool seed{false};          //!< AllocatorOptions::seed
    bool maxIterations{false}; //!< AllocatorOptions::maxIterations
    bool epsilon{false};       //!< AllocatorOptions::epsilon
    bool step{false};          //!< AllocatorOptions::step
    bool integral{false};      //!< AllocatorOptions::integral
    bool warmStart{false};     //!< AllocatorOptions::warmStart
};

/**
 * @ingroup noma-core-method
 * A solver's answer.
 */
struct Allocation
{
    Decision decision;   //!< feasible
    double gamma{0};     //!< objective, as Evaluate() gives it
    SolverReport report; //!< how it came about
};

/**
 * @ingroup noma-core-method
 * Chooses options, subchannels, powers and compute units for one instance. Subclass it, implement
 * DoAllocate() and hand it to RegisterAllocator(); an object may keep state between calls to warm
 * start, but the same sequence of calls must give the same answers.
 */
class Allocator
{
  public:
    virtual ~Allocator() = default;

    /// @returns the name it is selected by
    virtual std::string GetName() const = 0;

    /**
     * To be overridden by an allocator that makes use of any option.
     *
     * @returns the options it makes use of; by default none
     */
    virtual HonouredOptions GetHonouredOptions() const;

    /**
     * Checks the instance and the options, solves, checks that the answer is feasible.
     *
     * @param instance the problem
     * @param options the caller's wishes
     * @returns a feasible decision with its objective and report
     * @throws std::invalid_argument naming the field that is wrong, the option that this allocator
     *         does not honour, or the constraint that no decision can meet
     */
    Allocation Allocate(const Instance& instance, const AllocatorOptions& options = {});

  private:
    /**
     * @param instance a valid problem
     * @param options valid options
     * @returns the decision and report; Allocate() fills in gamma
     */
    virtual Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) = 0;
};

/**
 * @ingroup noma-core-method
 * For whoever runs several allocators under the same wishes: drops those that one does not honour.
 *
 * @param allocator the allocator
 * @param options the wishes
 * @returns the wishes that may be asked of it
 */
AllocatorOptions OnlyHonoured(const Allocator& allocator, AllocatorOptions options);

/**
 * @ingroup noma-core-method
 * @param name one of AllocatorNames()
 * @returns a new allocator
 * @throws std::invalid_argument naming the known allocators
 */
std::unique_ptr<Allocator> CreateAllocator(const std::string& name);

/// @returns the names of all registered allocators, in alphabetical order
std::vector<std::string> AllocatorNames();

/**
 * @ingroup noma-core-method
 * Makes an allocator selectable by name.
 *
 * @param name unique name
 * @param create factory
 * @throws std::invalid_argument if the name is taken
 */
void RegisterAllocator(const std::string& name, std::function<std::unique_ptr<Allocator>()> create);

} // namespace noma
} // namespace ns3

#endif // NOMA_ALLOCATOR_H
