/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * What noma-profile writes: vertices and cuts as CSV, JSON and for people.
 */
#ifndef NOMA_PROFILE_REPORT_H
#define NOMA_PROFILE_REPORT_H

#include "ns3/noma-dnn-cut.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/// What cuts cost.
struct Costs
{
    std::vector<CutOption> options; //!< the cuts
    std::vector<std::size_t> kept;  //!< those on the lower convex hull
    bool timed{false};              //!< work is in seconds, on devices that are known
    double rateBps{0};              //!< rate of the link (bit/s), 0 = not given
};

/// What one run shows of a network.
struct Report
{
    DnnGraph graph;              //!< model
    DnnProfile profile;          //!< its profile
    std::string view;            //!< name of the view
    DnnCutParameters parameters; //!< bits and speeds
    std::vector<DeviceSet> cuts; //!< cuts
    Costs costs;                 //!< what they cost
};

/// @param report the report
/// @param v the vertex
/// @returns bytes of the tensor of a vertex
inline uint64_t
OutputBytes(const Report& report, std::size_t v)
{
    const double bits = report.profile.GetVertices()[v].isInput ? report.parameters.inputBits
                                                                : report.parameters.elementBits;
    const double elements =
        static_cast<double>(report.profile.GetVertices()[v].output.GetElements());
    return static_cast<uint64_t>(std::ceil(elements * bits / 8));
}

/// @param names names
/// @param separator what stands between
/// @returns names joined
inline std::string
Join(const std::vector<std::string>& names, const char* separator)
{
    std::string all;
    for (const auto& name : names)
    {
        all += (all.empty() ? "" : separator) + name;
    }
    return all;
}

/// @param costs the cuts
/// @param k the cut
/// @returns whether a cut is on the hull
inline bool
IsKept(const Costs& costs, std::size_t k)
{
    return std::find(costs.kept.begin(), costs.kept.end(), k) != costs.kept.end();
}

/// Writes the vertices as CSV. @param out the stream @param report the report
inline void
WriteCsv(std::ostream& out, const Report& report)
{
    out << "vertex,name,kind,members,macs,flops,params,out_elements,out_bytes\n";
    const auto& vertices = report.profile.GetVertices();
    for (std::size_t v = 0; v < vertices.size(); ++v)
    {
        const DnnVertex& vertex = vertices[v];
        out << v << ',' << vertex.name << ',' << vertex.kind << ',' << Join(vertex.members, "+")
            << ',' << vertex.macs << ',' << vertex.flops << ',' << vertex.params << ','
            << vertex.output.GetElements() << ',' << OutputBytes(report, v) << '\n';
    }
}

/// Writes vertices and cuts for people. @param out the stream @param report the report
inline void
WriteTable(std::ostream& out, const Report& report)
{
    const auto& vertices = report.profile.GetVertices();
    std::size_t width = 4;
    for (const auto& vertex : vertices)
    {
        width = std::max(width, vertex.name.size());
    }
    const int name = static_cast<int>(width);
    out << report.graph.GetName() << ", " << report.view << " view, input "
        << vertices[0].output.ToString() << ": " << report.graph.GetMacs() << " MACs, "
        << report.graph.GetFlops() << " FLOPs, " << report.graph.GetParams() << " parameters\n\n"
        << std::right << std::setw(6) << "vertex"
        << "  " << std::left << std::setw(name) << "name"
        << "  " << std::setw(11) << "kind" << std::right << std::setw(14) << "MACs" << std::setw(14)
        << "FLOPs" << std::setw(12) << "params" << std::setw(15) << "output" << std::setw(12)
        << "bytes" << '\n';
    for (std::size_t v = 0; v < vertices.size(); ++v)
    {
        const DnnVertex& vertex = vertices[v];
        out << std::setw(6) << v << "  " << std::left << std::setw(name) << vertex.name << "  "
            << std::setw(11) << vertex.kind << std::right << std::setw(14) << vertex.macs
            << std::setw(14) << vertex.flops << std::setw(12) << vertex.params << std::setw(15)
            << vertex.output.ToString() << std::setw(12) << OutputBytes(report, v) << '\n';
    }
}

/// @param costs the cuts
/// @param k the cut
/// @returns seconds of a cut on device, link and edge
inline double
TotalSeconds(const Costs& costs, std::size_t k)
{
    const CutOption& o = costs.options[k];
    return o.deviceFlops + o.edgeFlops + (o.upBits + o.downBits) / costs.rateBps;
}

/// Writes the cuts for people. @param out the stream @param costs the cuts
inline void
WriteCuts(std::ostream& out, const Costs& costs)
{
    const bool total = costs.timed && costs.rateBps > 0;
    std::size_t best = 0;
    for (std::size_t k = 0; total && k < costs.options.size(); ++k)
    {
        best = TotalSeconds(costs, k) < TotalSeconds(costs, best) ? k : best;
    }
    out << '\n'
        << std::setw(6) << "cut" << std::setw(16) << (costs.timed ? "deviceSeconds" : "deviceFlops")
        << std::setw(16) << (costs.timed ? "edgeSeconds" : "edgeFlops") << std::setw(14) << "upBits"
        << std::setw(14) << "downBits";
    if (total)
    {
        out << std::setw(16) << "totalSeconds";
    }
    out << "  hull\n";
    out << std::setprecision(costs.timed ? 6 : 15);
    for (std::size_t k = 0; k < costs.options.size(); ++k)
    {
        const CutOption& o = costs.options[k];
        out << std::setw(6) << k << std::setw(16) << o.deviceFlops << std::setw(16) << o.edgeFlops
            << std::setprecision(15) << std::setw(14) << o.upBits << std::setw(14) << o.downBits
            << std::setprecision(costs.timed ? 6 : 15);
        if (total)
        {
            out << std::setw(16) << TotalSeconds(costs, k);
        }
        out << (IsKept(costs, k) ? "  *" : "") << (total && k == best ? "  best" : "") << '\n';
    }
}

/// Adds what a cut costs. @param item the cut @param costs the cuts @param k which
inline void
AddCosts(nlohmann::ordered_json& item, const Costs& costs, std::size_t k)
{
    const CutOption& o = costs.options[k];
    item[costs.timed ? "deviceSeconds" : "deviceFlops"] = o.deviceFlops;
    item["upBits"] = o.upBits;
    item[costs.timed ? "edgeSeconds" : "edgeFlops"] = o.edgeFlops;
    item["downBits"] = o.downBits;
}

/// @param report the report
/// @returns everything as JSON
inline nlohmann::ordered_json
ToJson(const Report& report)
{
    const auto& vertices = report.profile.GetVertices();
    nlohmann::ordered_json json;
    json["format"] = "noma-profile/1";
    json["model"] = report.graph.GetName();
    json["view"] = report.view;
    json["elementBits"] = report.parameters.elementBits;
    json["inputBits"] = report.parameters.inputBits;
    json["macs"] = report.graph.GetMacs();
    json["flops"] = report.graph.GetFlops();
    json["params"] = report.graph.GetParams();
    json["vertices"] = nlohmann::ordered_json::array();
    for (std::size_t v = 0; v < vertices.size(); ++v)
    {
        const DnnVertex& vertex = vertices[v];
        nlohmann::ordered_json item{{"name", vertex.name},
                                    {"kind", vertex.kind},
                                    {"members", vertex.members},
                                    {"parents", vertex.parents},
                                    {"macs", vertex.macs},
                                    {"flops", vertex.flops},
                                    {"params", vertex.params},
                                    {"outElements", vertex.output.GetElements()},
                                    {"outBytes", OutputBytes(report, v)}};
        item["shape"] = {vertex.output.channels, vertex.output.height, vertex.output.width};
        if (vertex.deviceSeconds.has_value())
        {
            item["deviceSeconds"] = *vertex.deviceSeconds;
            item["edgeSeconds"] = *vertex.edgeSeconds;
        }
        json["vertices"].push_back(item);
    }
    json["cuts"] = nlohmann::ordered_json::array();
    for (std::size_t k = 0; k < report.costs.options.size(); ++k)
    {
        nlohmann::ordered_json item;
        item["device"] = nlohmann::ordered_json::array();
        for (std::size_t v = 0; v < vertices.size(); ++v)
        {
            if (report.cuts[k][v])
            {
                item["device"].push_back(v);
            }
        }
        AddCosts(item, report.costs, k);
        json["cuts"].push_back(item);
    }
    json["hull"] = report.costs.kept;
    return json;
}

} // namespace noma
} // namespace ns3

#endif // NOMA_PROFILE_REPORT_H
