/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ATTRIBUTE_WATCH_H
#define NOMA_ATTRIBUTE_WATCH_H

#include "ns3/attribute.h"
#include "ns3/object.h"
#include "ns3/ptr.h"

#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Tells whether attributes of an object have other values than before.
 */
class NomaAttributeWatch
{
  public:
    /**
     * Takes note of the present values.
     *
     * @param object the object
     */
    explicit NomaAttributeWatch(Ptr<const Object> object);

    /**
     * Compares with the values that were there before, and takes note of the new ones.
     *
     * @returns whether any value changed since the last call or, at the first, the construction
     */
    bool HasChanged();

    /// @returns whether all attributes can be read; if not, some may change unseen
    bool IsComplete() const
    {
        return m_complete;
    }

    /// @returns the object
    Ptr<const Object> GetObject() const
    {
        return m_object;
    }

  private:
    /// An attribute that can be read.
    struct Entry
    {
        Ptr<const AttributeAccessor> accessor; //!< reads it
        Ptr<const AttributeChecker> checker;   //!< knows how to write it down
        Ptr<AttributeValue> value;             //!< what was read last
        double number{0};                      //!< the value of a floating-point attribute
        std::string text;                      //!< the value of any other attribute
    };

    /**
     * Reads an attribute.
     *
     * @param [in,out] entry the attribute
     * @returns whether it has another value than before
     */
    bool Read(Entry& entry) const;

    Ptr<const Object> m_object;   //!< the object
    std::vector<Entry> m_entries; //!< its attributes
    bool m_complete{true};        //!< whether these are all
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ATTRIBUTE_WATCH_H
