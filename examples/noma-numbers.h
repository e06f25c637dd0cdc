/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_NUMBERS_H
#define NOMA_NUMBERS_H

#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-examples
 * Reads a list of numbers.
 *
 * @param values numbers with commas between them
 * @param option for messages
 * @param least least that is allowed
 * @param most most that is allowed
 * @param whole whether they must be whole
 * @returns the numbers
 * @throws std::invalid_argument of one line
 */
inline std::vector<double>
ReadNumbers(const std::string& values,
            const std::string& option,
            double least,
            double most = std::numeric_limits<double>::infinity(),
            bool whole = false)
{
    std::vector<double> numbers;
    std::istringstream list(values);
    for (std::string text; std::getline(list, text, ',');)
    {
        std::istringstream word(text);
        double number = 0;
        const bool good = (word >> number) && word.eof() && std::isfinite(number) &&
                          number >= least && number <= most;
        if (!good || (whole && number != std::floor(number)))
        {
            std::ostringstream message;
            message << "--" << option << " has '" << text
                    << "', allowed: " << (whole ? "whole " : "") << "numbers from " << least;
            if (std::isfinite(most))
            {
                message << " to " << most;
            }
            throw std::invalid_argument(message.str() + " with commas between them");
        }
        numbers.push_back(number);
    }
    return numbers;
}

/**
 * @ingroup noma-examples
 * A mean with its standard error.
 *
 * @param x values
 * @returns both; the error of a single value is 0
 */
inline std::pair<double, double>
MeanAndError(const std::vector<double>& x)
{
    const auto n = static_cast<double>(x.size());
    double sum = 0;
    for (const double v : x)
    {
        sum += v;
    }
    double squares = 0;
    for (const double v : x)
    {
        squares += (v - sum / n) * (v - sum / n);
    }
    return {sum / n, x.size() > 1 ? std::sqrt(squares / (n - 1) / n) : 0.0};
}

} // namespace noma
} // namespace ns3

#endif // NOMA_NUMBERS_H
