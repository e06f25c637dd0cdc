/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_FLAT_QUEUE_H
#define NOMA_FLAT_QUEUE_H

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * First in, first out, in one piece of memory. Of a thousand links, each with a few elements, that
 * costs a fraction of the cache lines that std::deque touches.
 *
 * @tparam T type of an element
 */
template <typename T>
class NomaFlatQueue
{
  public:
    /// @returns whether there are no elements
    bool IsEmpty() const
    {
        return m_first == m_items.size();
    }

    /// @returns number of elements
    std::size_t GetSize() const
    {
        return m_items.size() - m_first;
    }

    /// @param i place, 0 = the oldest @returns an element
    T& operator[](std::size_t i)
    {
        return m_items[m_first + i];
    }

    /// @returns the newest element
    T& Back()
    {
        return m_items.back();
    }

    /// @returns the newest element
    const T& Back() const
    {
        return m_items.back();
    }

    /// Adds an element. @param item element
    void Push(T item)
    {
        m_items.push_back(std::move(item));
    }

    /// Puts an element before another. @param i place of that one @param item element
    void Insert(std::size_t i, T item)
    {
        m_items.insert(m_items.begin() + static_cast<std::ptrdiff_t>(m_first + i), std::move(item));
    }

    /// Adds elements as they are made, or none. @param size number of elements afterwards at least
    void Extend(std::size_t size)
    {
        m_items.resize(std::max(m_items.size(), m_first + size));
    }

    /// Removes the oldest element.
    void Pop()
    {
        m_items[m_first] = T();
        ++m_first;
        if (m_first == m_items.size())
        {
            Clear();
        }
        else if (2 * m_first >= m_items.size())
        {
            m_items.erase(m_items.begin(), m_items.begin() + static_cast<std::ptrdiff_t>(m_first));
            m_first = 0;
        }
    }

    /// Removes elements. @param what says of an element whether it goes
    template <typename F>
    void RemoveIf(const F& what)
    {
        const auto first = m_items.begin() + static_cast<std::ptrdiff_t>(m_first);
        m_items.erase(std::remove_if(first, m_items.end(), what), m_items.end());
    }

    /// @returns where the elements are, null if there never were any
    const T* GetPlace() const
    {
        return m_items.data() + m_first;
    }

    /// Removes all elements.
    void Clear()
    {
        m_items.clear();
        m_first = 0;
    }

  private:
    std::vector<T> m_items; //!< elements, after those that were removed
    std::size_t m_first{0}; //!< the oldest
};

} // namespace noma
} // namespace ns3

#endif // NOMA_FLAT_QUEUE_H
