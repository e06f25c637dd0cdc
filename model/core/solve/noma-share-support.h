/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SHARE_SUPPORT_H
#define NOMA_SHARE_SUPPORT_H

#include "ns3/noma-instance.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * A (user, subchannel) pair whose share is a variable.
 */
struct ShareColumn
{
    uint32_t user{0};       //!< user
    uint32_t subchannel{0}; //!< subchannel
};

/**
 * @ingroup noma-core-solve
 * The columns of each direction, i.e. the pairs (user, subchannel) whose shares are variables; all
 * other shares are zero. Columns are kept sorted by subchannel, then access point, then decoding
 * order by gain, together with their gains, so that an Objective runs over contiguous memory.
 *
 * A vector of shares has one element per column, in this order; Insert() and Prune() keep such a
 * vector in step. Nothing but these four modifiers allocates memory. The instance must outlive the
 * support and keep its gains and associations.
 */
class ShareSupport
{
  public:
    /// What an Objective reads, per direction.
    struct Lists
    {
        std::vector<ShareColumn> columns; //!< sorted
        std::vector<uint32_t> user;       //!< user of each column
        std::vector<uint32_t> offset;     //!< first column of group m * aps + n, and the end
        std::vector<double> own;          //!< gain to the user's own access point
        std::vector<double> gain;         //!< gains to all access points, [subchannel][ap][column]
        std::vector<uint32_t> userOffset; //!< first element of userColumn per user, and the end
        std::vector<uint32_t> userColumn; //!< columns of each user, ascending
    };

    /// Indices of columns, for range-based loops.
    struct Range
    {
        const uint32_t* first{nullptr}; //!< first index
        const uint32_t* last{nullptr};  //!< behind the last index

        /// @returns first index
        const uint32_t* begin() const
        {
            return first;
        }

        /// @returns behind the last index
        const uint32_t* end() const
        {
            return last;
        }

        /// @returns number of indices
        std::size_t size() const
        {
            return static_cast<std::size_t>(last - first);
        }
    };

    /// No columns. @param instance a valid instance
    explicit ShareSupport(const Instance& instance);

    /**
     * Replaces the columns of one direction.
     *
     * @param d direction
     * @param columns the columns, in any order
     * @throws std::invalid_argument for an index out of range or a column given twice
     */
    void Assign(Direction d, const std::vector<ShareColumn>& columns);

    /// Makes every pair a column. @param d direction
    void AssignAll(Direction d);

    /**
     * Adds columns; those already there are left alone.
     *
     * @param d direction
     * @param extra columns to add, in any order
     * @param [in,out] share shares, carried over to the new order; 0 for the new columns
     */
    void Insert(Direction d, const std::vector<ShareColumn>& extra, std::vector<double>& share);

    /**
     * Drops columns with small shares.
     *
     * @param d direction
     * @param [in,out] share shares, carried over to the new order
     * @param threshold columns with a share <= this go
     */
    void Prune(Direction d, std::vector<double>& share, double threshold);

    /// @param d direction
    /// @returns number of columns
    std::size_t Size(Direction d) const
    {
        return m_lists[d].columns.size();
    }

    /// @param d direction
    /// @returns the columns in their order
    const std::vector<ShareColumn>& GetColumns(Direction d) const
    {
        return m_lists[d].columns;
    }

    /// @param d direction
    /// @param user user
    /// @returns the columns of one user, by ascending subchannel
    Range GetUserColumns(Direction d, uint32_t user) const
    {
        const Lists& lists = m_lists[d];
        return {lists.userColumn.data() + lists.userOffset[user],
                lists.userColumn.data() + lists.userOffset[user + 1]};
    }

    /// @param d direction
    /// @param ap access point
    /// @param m subchannel
    /// @returns the columns of one (access point, subchannel): first and behind the last
    std::pair<uint32_t, uint32_t> GetGroup(Direction d, uint32_t ap, uint32_t m) const
    {
        const std::size_t g = static_cast<std::size_t>(m) * m_instance->edges.size() + ap;
        return {m_lists[d].offset[g], m_lists[d].offset[g + 1]};
    }

    /// @param d direction
    /// @param user user
    /// @param m subchannel
    /// @returns the column, NONE if there is none
    uint32_t Find(Direction d, uint32_t user, uint32_t m) const;

    /// @returns the instance
    const Instance& GetInstance() const
    {
        return *m_instance;
    }

    /// @param d direction
    /// @returns the arrays
    const Lists& GetLists(Direction d) const
    {
        return m_lists[d];
    }

  private:
    /// A column on its way to its place.
    struct Entry
    {
        ShareColumn column; //!< the column
        uint32_t old;       //!< where it stood before, NONE if it is new
        double own;         //!< gain to its own access point
    };

    /// Sorts the entries and rebuilds the lists. @param d direction @param entries the columns
    /// @param [in,out] share shares to carry over, or null
    void Rebuild(Direction d, std::vector<Entry> entries, std::vector<double>* share);

    const Instance* m_instance;  //!< the instance
    PerDirection<Lists> m_lists; //!< columns and gains
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SHARE_SUPPORT_H
