/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_JSON_READER_H
#define NOMA_JSON_READER_H

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * Parses one JSON text, refusing what a strict reader has to: trailing text, keys given twice,
 * nesting beyond 16 levels.
 *
 * @param text the text
 * @param what what the text is, for error messages ("instance")
 * @returns the value
 * @throws std::invalid_argument with one line
 */
nlohmann::json ParseJson(const std::string& text, const std::string& what);

/**
 * @ingroup noma-core-io
 * A JSON value together with its path, so that every error names the place, the value found and
 * what is allowed. Refers to the value: keep the nlohmann::json alive.
 */
class JsonReader
{
  public:
    /**
     * @param value the value
     * @param path its path in the document, empty for the top
     */
    explicit JsonReader(const nlohmann::json& value, std::string path = "");

    /**
     * Checks that this is an object with all the required keys and no unknown one.
     *
     * @param required keys that must be there
     * @param optional keys that may be there
     * @throws std::invalid_argument naming the key
     */
    void CheckKeys(std::initializer_list<const char*> required,
                   std::initializer_list<const char*> optional = {}) const;

    /// @param key the key
    /// @returns whether the object has the key with a value other than null
    bool Has(const char* key) const;
    /// @param key the key
    /// @returns the member of an object
    JsonReader At(const char* key) const;
    /// @param i index, below Size()
    /// @returns the element of an array
    JsonReader At(std::size_t i) const;
    /// @returns number of elements; throws unless it is an array
    std::size_t Size() const;
    /// Checks that this is an array of a given length. @param n the length @param what its name
    void CheckSize(std::size_t n, const char* what) const;

    /// @returns a finite number
    double Number() const;
    /// @returns an integer in [0, 2^32 - 2]
    uint32_t Index() const;
    /// @returns a string
    std::string Text() const;
    /// @returns true or false
    bool Bool() const;

    /**
     * @param names allowed values
     * @returns the index into names of this string
     */
    std::size_t Choice(std::initializer_list<const char*> names) const;

    /// @param key of a member; none = this value's own
    /// @returns the path
    std::string Path(const std::string& key = "") const;
    /// @returns the raw value
    const nlohmann::json& Raw() const;
    /// Throws the error "PATH: VALUE is not ALLOWED". @param allowed what would be right
    [[noreturn]] void Fail(const std::string& allowed) const;

  private:
    const nlohmann::json& m_value; //!< the value
    std::string m_path;            //!< where it stands
};

} // namespace noma
} // namespace ns3

#endif // NOMA_JSON_READER_H
