/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-lambda-text.h"

#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{

Lambda
ParseLambda(const std::string& text)
{
    const auto colon = text.find(':');
    const std::string kind = text.substr(0, colon);
    if (kind == "linear" && colon == std::string::npos)
    {
        return Lambda::Linear();
    }
    double value = 0;
    std::istringstream in(colon == std::string::npos ? "" : text.substr(colon + 1));
    if ((kind != "power" && kind != "amdahl") || !(in >> value) || !in.eof())
    {
        throw std::invalid_argument("lambda: '" + text +
                                    "' is not 'linear', 'power:a' or 'amdahl:f'");
    }
    return kind == "power" ? Lambda::Power(value) : Lambda::Amdahl(value);
}

std::string
FormatLambda(const Lambda& lambda)
{
    std::ostringstream out;
    switch (lambda.GetKind())
    {
    case Lambda::Kind::LINEAR:
        return "linear";
    case Lambda::Kind::POWER:
        out << "power:" << lambda.GetParameter();
        break;
    case Lambda::Kind::AMDAHL:
        out << "amdahl:" << lambda.GetParameter();
        break;
    case Lambda::Kind::TABLE:
        return "table";
    }
    return out.str();
}

} // namespace noma
} // namespace ns3
