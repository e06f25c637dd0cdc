/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-json-writer.h"

#include "noma-json.h"

#include "ns3/noma-check.h"

#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

using Json = nlohmann::ordered_json;

/// @param lambda the curve
/// @returns the JSON form
Json
LambdaToJson(const Lambda& lambda)
{
    switch (lambda.GetKind())
    {
    case Lambda::Kind::POWER:
        return {{"kind", "power"}, {"a", lambda.GetParameter()}};
    case Lambda::Kind::AMDAHL:
        return {{"kind", "amdahl"}, {"f", lambda.GetParameter()}};
    case Lambda::Kind::TABLE: {
        Json points = Json::array();
        for (const auto& [units, speedup] : lambda.GetPoints())
        {
            points.push_back(Json::array({units, speedup}));
        }
        return {{"kind", "table"}, {"points", points}};
    }
    case Lambda::Kind::LINEAR:
        break;
    }
    return {{"kind", "linear"}};
}

/// @param interval the interval
/// @returns the JSON form
Json
IntervalToJson(const Interval& interval)
{
    return Json::array({interval.min, interval.max});
}

/// @param user the user
/// @returns the JSON form
Json
UserToJson(const User& user)
{
    Json options = Json::array();
    for (const CutOption& o : user.options)
    {
        options.push_back({{"deviceFlops", o.deviceFlops},
                           {"edgeFlops", o.edgeFlops},
                           {"upBits", o.upBits},
                           {"downBits", o.downBits}});
        if (o.accuracy != 1)
        {
            options.back()["accuracy"] = o.accuracy;
        }
    }
    Json json = {{"ap", user.ap},
                 {"clockHz", user.clockHz},
                 {"flopPerCycle", user.flopPerCycle},
                 {"kappa", user.kappa},
                 {"wT", user.wT},
                 {"wE", user.wE},
                 {"delayScale", user.delayScale},
                 {"energyScale", user.energyScale}};
    if (std::isfinite(user.deadlineSeconds))
    {
        json["wQ"] = user.wQ;
        json["deadlineSeconds"] = user.deadlineSeconds;
        json["deadlineScale"] = user.deadlineScale;
    }
    json["powerW"] = {{"up", IntervalToJson(user.powerW.up)},
                      {"down", IntervalToJson(user.powerW.down)}};
    json["units"] = IntervalToJson(user.units);
    json["options"] = options;
    return json;
}

/// @param gain the gains
/// @returns the JSON form, [user][ap][subchannel]
Json
GainToJson(const GainTensor& gain)
{
    Json users = Json::array();
    for (std::size_t i = 0; i < gain.GetUsers(); ++i)
    {
        Json aps = Json::array();
        for (std::size_t n = 0; n < gain.GetAps(); ++n)
        {
            Json row = Json::array();
            for (std::size_t m = 0; m < gain.GetSubchannels(); ++m)
            {
                row.push_back(gain.At(i, n, m));
            }
            aps.push_back(std::move(row));
        }
        users.push_back(std::move(aps));
    }
    return users;
}

/// @param link the link
/// @param subchannels M
/// @returns the JSON form
Json
LinkToJson(const LinkDecision& link, uint32_t subchannels)
{
    if (link.shares.empty())
    {
        return nullptr;
    }
    if (link.IsIntegral())
    {
        return {{"subchannel", link.shares.front().subchannel}, {"powerW", link.powerW}};
    }
    std::vector<double> shares(subchannels, 0.0);
    for (const Share& s : link.shares)
    {
        shares[s.subchannel] = s.share;
    }
    return {{"shares", shares}, {"powerW", link.powerW}};
}

/// @param stages the stages
/// @returns the JSON form
Json
StagesToJson(const Stages& stages)
{
    return {{"device", stages.device},
            {"up", stages.up},
            {"edge", stages.edge},
            {"down", stages.down}};
}

/**
 * Looks for numbers that JSON cannot hold.
 *
 * @param json a value
 * @param path its name in the document
 */
void
RequireFinite(const Json& json, const std::string& path)
{
    if (json.is_number_float() && !std::isfinite(json.get<double>()))
    {
        ThrowInvalid(json.get<double>(), "finite: the input is out of all proportion", path);
    }
    if (json.is_array())
    {
        for (std::size_t i = 0; i < json.size(); ++i)
        {
            RequireFinite(json[i], path + "[" + std::to_string(i) + "]");
        }
    }
    if (json.is_object())
    {
        for (const auto& item : json.items())
        {
            RequireFinite(item.value(), path.empty() ? item.key() : path + "." + item.key());
        }
    }
}

/// Writes a document. @param out the stream @param json the document
void
Dump(std::ostream& out, const Json& json)
{
    out << JsonText(json);
}

} // namespace

std::string
JsonText(const nlohmann::ordered_json& json, int indent)
{
    RequireFinite(json, "");
    return json.dump(indent) + "\n";
}

nlohmann::ordered_json
InstanceToJson(const Instance& instance)
{
    Json json = {
        {"format", "noma-instance/1"},
        {"aps", instance.edges.size()},
        {"subchannels", instance.subchannels},
        {"maxSuperposed", instance.maxSuperposed},
        {"bandwidthHz", {{"up", instance.bandwidthHz.up}, {"down", instance.bandwidthHz.down}}},
        {"noiseDbmPerHz", instance.noiseDbmPerHz},
        {"noiseFigureDb", instance.noiseFigureDb},
        {"residual", instance.residual},
        {"snrGapDb", instance.snrGapDb}};
    if (instance.downlinkRate == DownlinkRate::DECODABLE)
    {
        json["downlinkRate"] = "decodable";
    }
    if (instance.orderKey != OrderKey::GAIN)
    {
        json["orderKey"] = instance.orderKey == OrderKey::RECEIVED_POWER ? "receivedPower"
                                                                         : "gainOverInterference";
    }
    if (std::isfinite(instance.apPowerBudgetW))
    {
        json["apPowerBudgetW"] = instance.apPowerBudgetW;
    }
    json["edges"] = Json::array();
    for (const EdgeServer& edge : instance.edges)
    {
        json["edges"].push_back({{"units", edge.units},
                                 {"clockHz", edge.clockHz},
                                 {"flopPerCycle", edge.flopPerCycle},
                                 {"kappa", edge.kappa},
                                 {"lambda", LambdaToJson(edge.lambda)}});
    }
    json["users"] = Json::array();
    for (const User& user : instance.users)
    {
        json["users"].push_back(UserToJson(user));
    }
    json["gain"] = {{"up", GainToJson(instance.gain.up)}, {"down", GainToJson(instance.gain.down)}};
    return json;
}

nlohmann::ordered_json
DecisionToJson(const Instance& instance, const Decision& decision)
{
    Json users = Json::array();
    for (const UserDecision& u : decision.users)
    {
        users.push_back({{"option", u.option},
                         {"units", u.units},
                         {"up", LinkToJson(u.link.up, instance.subchannels)},
                         {"down", LinkToJson(u.link.down, instance.subchannels)}});
    }
    return {{"format", "noma-decision/1"}, {"users", users}};
}

nlohmann::ordered_json
EvaluationToJson(const Evaluation& evaluation)
{
    Json users = Json::array();
    for (std::size_t i = 0; i < evaluation.users.size(); ++i)
    {
        const UserEvaluation& u = evaluation.users[i];
        if (!std::isfinite(u.utility) || !std::isfinite(u.delay.Total()))
        {
            ThrowInvalid(u.delay.Total(),
                         "finite: the decision leaves a rate of zero",
                         "users[",
                         i,
                         "].delay");
        }
        users.push_back({{"utility", u.utility},
                         {"delay", StagesToJson(u.delay)},
                         {"energy", StagesToJson(u.energy)},
                         {"rate", {{"up", u.rate.up}, {"down", u.rate.down}}},
                         {"sinr", {{"up", u.sinr.up}, {"down", u.sinr.down}}}});
        if (u.deadlineCost > 0)
        {
            users.back()["deadlineCost"] = u.deadlineCost;
        }
    }
    return {{"users", users}, {"gamma", evaluation.gamma}};
}

void
WriteInstance(std::ostream& out, const Instance& instance)
{
    Dump(out, InstanceToJson(instance));
}

void
WriteDecision(std::ostream& out, const Instance& instance, const Decision& decision)
{
    Dump(out, DecisionToJson(instance, decision));
}

void
WriteEvaluation(std::ostream& out, const Evaluation& evaluation)
{
    Dump(out, EvaluationToJson(evaluation));
}

} // namespace noma
} // namespace ns3
