/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-attribute-watch.h"

#include "ns3/double.h"
#include "ns3/type-id.h"

#include <utility>

namespace ns3
{
namespace noma
{

NomaAttributeWatch::NomaAttributeWatch(Ptr<const Object> object)
    : m_object(object)
{
    TypeId tid = object->GetInstanceTypeId();
    for (bool more = true; more;)
    {
        for (std::size_t i = 0; i < tid.GetAttributeN(); ++i)
        {
            const auto info = tid.GetAttribute(i);
            if ((info.flags & TypeId::ATTR_GET) && info.accessor->HasGetter())
            {
                Entry entry;
                entry.accessor = info.accessor;
                entry.checker = info.checker;
                entry.value = info.checker->Create();
                Read(entry);
                m_entries.push_back(std::move(entry));
            }
            else
            {
                m_complete = false;
            }
        }
        more = tid.HasParent() && tid.GetParent() != tid;
        tid = more ? tid.GetParent() : tid;
    }
}

bool
NomaAttributeWatch::Read(Entry& entry) const
{
    if (!entry.accessor->Get(PeekPointer(m_object), *entry.value))
    {
        return false;
    }
    if (const auto number = dynamic_cast<const DoubleValue*>(PeekPointer(entry.value)))
    {
        return std::exchange(entry.number, number->Get()) != entry.number;
    }
    return std::exchange(entry.text, entry.value->SerializeToString(entry.checker)) != entry.text;
}

bool
NomaAttributeWatch::HasChanged()
{
    bool changed = false;
    for (auto& entry : m_entries)
    {
        changed = Read(entry) || changed;
    }
    return changed;
}

} // namespace noma
} // namespace ns3
