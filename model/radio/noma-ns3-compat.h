/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_COMPAT_H
#define NOMA_COMPAT_H

/**
 * Minor number of the ns-3 in use (3.37 -> 37).  The build systems (CMakeLists.txt, wscript) pass
 * it with -D; code that includes our public headers without our flags falls back to marker headers.
 * Do NOT use ns3/version-defines.h: it exists only when ns-3 was configured with build-version
 * embedding, and then an installed copy in /usr/include of another version may be picked up.
 */
#ifndef NOMA_NS3_MINOR
#if __has_include("ns3/iana-ieee802-numbers.h")
#define NOMA_NS3_MINOR 49
#elif __has_include("ns3/leo-orbital-shell.h")
#define NOMA_NS3_MINOR 48
#elif __has_include("ns3/wraparound-model.h")
#define NOMA_NS3_MINOR 46
#elif __has_include("ns3/symmetric-adjacency-matrix.h")
#define NOMA_NS3_MINOR 44
#elif __has_include("ns3/demangle.h")
#define NOMA_NS3_MINOR 43
#elif __has_include("ns3/application-helper.h")
#define NOMA_NS3_MINOR 42
#elif __has_include("ns3/uniform-random-bit-generator.h")
#define NOMA_NS3_MINOR 41
#elif __has_include("ns3/generic-battery-model.h")
#define NOMA_NS3_MINOR 40
#elif __has_include("ns3/spectrum-transmit-filter.h")
#define NOMA_NS3_MINOR 39
#elif __has_include("ns3/matrix-array.h")
#define NOMA_NS3_MINOR 38
#elif __has_include("ns3/fd-reader.h")
#define NOMA_NS3_MINOR 37
#elif __has_include("ns3/tuple.h")
#define NOMA_NS3_MINOR 36
#else
#define NOMA_NS3_MINOR 35
#endif
#endif

#define NOMA_NS3_AT_LEAST(minor) (NOMA_NS3_MINOR >= (minor))

// C++20 and later with ns-3 >= 3.41; C++17 is our floor.

namespace ns3
{

/**
 * ns-3 >= 3.42 moved the energy model classes to ns3::energy (helpers stayed in ns3).  Declaring
 * the namespace and a using-directive lets "DeviceEnergyModel" be found unqualified everywhere.
 */
namespace energy
{
}

namespace noma
{
using namespace ::ns3::energy;

/// EtherType of ARP: ArpL3Protocol::PROT_NUMBER is deprecated from 3.49.
inline constexpr unsigned short ETHERTYPE_ARP = 0x0806;
/// Link type of Ethernet in capture files: PcapHelper::DLT_EN10MB is deprecated from 3.49.
inline constexpr int PCAP_LINK_ETHERNET = 1;
} // namespace noma

} // namespace ns3

/**
 * EnumValue became a template in 3.41, and MakeEnumAccessor takes the enum type explicitly.
 * Use unscoped enums, and EnumValue(X) for values (class template argument deduction does the
 * rest).
 */
#if NOMA_NS3_AT_LEAST(41)
#define NOMA_ENUM_ACCESSOR(E, ...) ns3::MakeEnumAccessor<E>(__VA_ARGS__)
#else
#define NOMA_ENUM_ACCESSOR(E, ...) ns3::MakeEnumAccessor(__VA_ARGS__)
#endif

/** What CommandLine hands to a function that reads an option: a reference since 3.38. */
#if NOMA_NS3_AT_LEAST(38)
#define NOMA_OPTION_TEXT const std::string&
#else
#define NOMA_OPTION_TEXT std::string
#endif

/** SpectrumSignalParameters::Copy() became const in 3.37. */
#if NOMA_NS3_AT_LEAST(37)
#define NOMA_CONST_SINCE_37 const
#else
#define NOMA_CONST_SINCE_37
#endif

/** "override" on members that only became virtual in a given release. */
#if NOMA_NS3_AT_LEAST(36)
#define NOMA_OVERRIDE_SINCE_36 override
#else
#define NOMA_OVERRIDE_SINCE_36
#endif
#if NOMA_NS3_AT_LEAST(41)
#define NOMA_OVERRIDE_SINCE_41 override
#else
#define NOMA_OVERRIDE_SINCE_41
#endif
#if NOMA_NS3_AT_LEAST(42)
#define NOMA_OVERRIDE_SINCE_42 override
#else
#define NOMA_OVERRIDE_SINCE_42
#endif
#if NOMA_NS3_AT_LEAST(46)
#define NOMA_OVERRIDE_SINCE_46 override
#else
#define NOMA_OVERRIDE_SINCE_46
#endif

/** Spectrum transmit filters exist since 3.39. */
#if NOMA_NS3_AT_LEAST(39)
#define NOMA_HAS_TRANSMIT_FILTER(channel) bool((channel)->GetSpectrumTransmitFilter())
#else
#define NOMA_HAS_TRANSMIT_FILTER(channel) false
#endif

/** SpectrumPhy has an antenna of any kind since 3.36, a single one for reception before. */
#if NOMA_NS3_AT_LEAST(36)
#define NOMA_ANTENNA Object
#define NOMA_GET_ANTENNA GetAntenna
#else
#define NOMA_ANTENNA AntennaModel
#define NOMA_GET_ANTENNA GetRxAntenna
#endif

/** A receiver can leave a channel since 3.36. */
#if NOMA_NS3_AT_LEAST(36)
#define NOMA_REMOVE_RX(call) call
#else
#define NOMA_REMOVE_RX(call) static_cast<void>(0)
#endif

/** Phased arrays are a matter of their own since 3.36. */
#if NOMA_NS3_AT_LEAST(36)
#define NOMA_WITH_PHASED_ARRAYS 1
#define NOMA_HAS_PHASED_ARRAYS(channel)                                                            \
    bool((channel)->GetPhasedArraySpectrumPropagationLossModel())
#else
#define NOMA_WITH_PHASED_ARRAYS 0
#define NOMA_HAS_PHASED_ARRAYS(channel) false
#endif

/** Spectrum losses look at all parameters of a signal since 3.37, at its density before. */
#if NOMA_NS3_AT_LEAST(37)
#define NOMA_SPECTRUM_LOSS(loss, params, from, to)                                                 \
    (loss)->CalcRxPowerSpectralDensity(params, from, to)
#else
#define NOMA_SPECTRUM_LOSS(loss, params, from, to)                                                 \
    (loss)->CalcRxPowerSpectralDensity((params)->psd, from, to)
#endif

/** Test durations: TestCase::EXTENSIVE until 3.41, TestCase::Duration::EXTENSIVE since 3.42. */
#if NOMA_NS3_AT_LEAST(42)
#define NOMA_TEST_DURATION(x) ns3::TestCase::Duration::x
#else
#define NOMA_TEST_DURATION(x) ns3::TestCase::x
#endif

/**
 * Simulator::Schedule() takes any function object since 3.36.  Before, it asks MakeEvent(), which
 * must be declared by then: the wscript has every source begin with this header.
 */
#if !NOMA_NS3_AT_LEAST(36)
#include "ns3/event-impl.h"
#include "ns3/make-event.h"

#include <utility>

namespace ns3
{

/**
 * @tparam F a function object without parameters
 * @param function it
 * @returns an event that calls it
 */
template <typename F, typename = decltype(std::declval<F&>()())>
EventImpl*
MakeEvent(F function)
{
    /// The event.
    class FunctionEvent : public EventImpl
    {
      public:
        /// @param f function
        explicit FunctionEvent(F f)
            : m_function(std::move(f))
        {
        }

      private:
        void Notify() override
        {
            m_function();
        }

        F m_function; //!< function
    };

    return new FunctionEvent(std::move(function));
}

} // namespace ns3
#endif

#endif // NOMA_COMPAT_H
