/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-json.h"

#include "noma-json-reader.h"
#include "noma-json-writer.h"

#include <iterator>

namespace ns3
{
namespace noma
{

namespace
{

/// @param in the stream
/// @returns the text of a stream
std::string
Slurp(std::istream& in)
{
    return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Checks the "format" member. @param top the document @param format the format expected
void
CheckFormat(const JsonReader& top, const char* format)
{
    top.At("format").Choice({format});
}

/// @param json the value
/// @returns a number per direction
PerDirection<double>
ReadPair(const JsonReader& json)
{
    json.CheckKeys({"up", "down"});
    return {json.At("up").Number(), json.At("down").Number()};
}

/// @param json the value
/// @returns an interval
Interval
ReadInterval(const JsonReader& json)
{
    json.CheckSize(2, "minimum and maximum");
    return {json.At(std::size_t{0}).Number(), json.At(1).Number()};
}

/// @param json the value
/// @returns the curve
Lambda
ReadLambda(const JsonReader& json)
{
    json.CheckKeys({"kind"}, {"a", "f", "points"});
    try
    {
        switch (json.At("kind").Choice({"linear", "power", "amdahl", "table"}))
        {
        case 0:
            json.CheckKeys({"kind"});
            return Lambda::Linear();
        case 1:
            json.CheckKeys({"kind", "a"});
            return Lambda::Power(json.At("a").Number());
        case 2:
            json.CheckKeys({"kind", "f"});
            return Lambda::Amdahl(json.At("f").Number());
        default:
            break;
        }
        json.CheckKeys({"kind", "points"});
        const JsonReader list = json.At("points");
        std::vector<std::pair<double, double>> points(list.Size());
        for (std::size_t i = 0; i < points.size(); ++i)
        {
            const JsonReader point = list.At(i);
            point.CheckSize(2, "units and speed-up");
            points[i] = {point.At(std::size_t{0}).Number(), point.At(1).Number()};
        }
        return Lambda::Table(std::move(points));
    }
    catch (const std::invalid_argument& e)
    {
        // Lambda knows its field as "lambda.a", not which access point it is of
        const std::string what = e.what();
        const std::string own = "lambda.";
        throw std::invalid_argument(
            what.compare(0, own.size(), own) == 0 ? json.Path(what.substr(own.size())) : what);
    }
}

/// @param json the value
/// @returns the server
EdgeServer
ReadEdge(const JsonReader& json)
{
    json.CheckKeys({"units", "clockHz", "flopPerCycle", "kappa", "lambda"});
    EdgeServer edge;
    edge.units = json.At("units").Number();
    edge.clockHz = json.At("clockHz").Number();
    edge.flopPerCycle = json.At("flopPerCycle").Number();
    edge.kappa = json.At("kappa").Number();
    edge.lambda = ReadLambda(json.At("lambda"));
    return edge;
}

/// @param json the value
/// @returns the user
User
ReadUser(const JsonReader& json)
{
    json.CheckKeys(
        {"ap", "clockHz", "flopPerCycle", "kappa", "wT", "wE", "powerW", "units", "options"},
        {"delayScale", "energyScale", "wQ", "deadlineSeconds", "deadlineScale"});
    User user;
    user.ap = json.At("ap").Index();
    user.clockHz = json.At("clockHz").Number();
    user.flopPerCycle = json.At("flopPerCycle").Number();
    user.kappa = json.At("kappa").Number();
    user.wT = json.At("wT").Number();
    user.wE = json.At("wE").Number();
    user.delayScale = json.Has("delayScale") ? json.At("delayScale").Number() : 1.0;
    user.energyScale = json.Has("energyScale") ? json.At("energyScale").Number() : 1.0;
    user.wQ = json.Has("wQ") ? json.At("wQ").Number() : 0.0;
    if (json.Has("deadlineSeconds"))
    {
        user.deadlineSeconds = json.At("deadlineSeconds").Number();
    }
    user.deadlineScale = json.Has("deadlineScale") ? json.At("deadlineScale").Number() : 0.0;
    const JsonReader power = json.At("powerW");
    power.CheckKeys({"up", "down"});
    user.powerW = {ReadInterval(power.At("up")), ReadInterval(power.At("down"))};
    user.units = ReadInterval(json.At("units"));
    const JsonReader options = json.At("options");
    user.options.resize(options.Size());
    for (std::size_t k = 0; k < user.options.size(); ++k)
    {
        const JsonReader o = options.At(k);
        o.CheckKeys({"deviceFlops", "edgeFlops", "upBits", "downBits"}, {"accuracy"});
        user.options[k].deviceFlops = o.At("deviceFlops").Number();
        user.options[k].edgeFlops = o.At("edgeFlops").Number();
        user.options[k].upBits = o.At("upBits").Number();
        user.options[k].downBits = o.At("downBits").Number();
        if (o.Raw().contains("accuracy"))
        {
            user.options[k].accuracy = o.At("accuracy").Number();
        }
    }
    return user;
}

/// @param json the value, [user][ap][subchannel]
/// @param users number of users
/// @param aps number of access points
/// @param subchannels M
/// @returns the gains of one direction
GainTensor
ReadGain(const JsonReader& json, std::size_t users, std::size_t aps, std::size_t subchannels)
{
    json.CheckSize(users, "users");
    // sizes first: what is allocated must not depend on one number of the text alone
    for (std::size_t i = 0; i < users; ++i)
    {
        const JsonReader user = json.At(i);
        user.CheckSize(aps, "access points");
        for (std::size_t n = 0; n < aps; ++n)
        {
            user.At(n).CheckSize(subchannels, "subchannels");
        }
    }
    GainTensor gain(users, aps, subchannels);
    for (std::size_t i = 0; i < users; ++i)
    {
        for (std::size_t n = 0; n < aps; ++n)
        {
            const nlohmann::json& row = json.Raw()[i][n];
            for (std::size_t m = 0; m < subchannels; ++m)
            {
                if (!row[m].is_number())
                {
                    json.At(i).At(n).At(m).Fail("a number");
                }
                gain.At(i, n, m) = row[m].get<double>();
            }
        }
    }
    return gain;
}

/// @param parent the user
/// @param name "up" or "down"
/// @param subchannels M
/// @returns the link
LinkDecision
ReadLink(const JsonReader& parent, const char* name, uint32_t subchannels)
{
    LinkDecision link;
    if (!parent.Has(name))
    {
        return link;
    }
    const JsonReader json = parent.At(name);
    json.CheckKeys({"powerW"}, {"subchannel", "shares"});
    link.powerW = json.At("powerW").Number();
    if (json.Has("subchannel") == json.Has("shares"))
    {
        json.Fail("an object with either subchannel or shares");
    }
    if (json.Has("subchannel"))
    {
        link.shares.push_back({json.At("subchannel").Index(), 1.0});
        return link;
    }
    const JsonReader shares = json.At("shares");
    shares.CheckSize(subchannels, "subchannels");
    for (uint32_t m = 0; m < subchannels; ++m)
    {
        const double share = shares.At(m).Number();
        if (share < 0)
        {
            shares.At(m).Fail("in [0, 1]");
        }
        if (share > 0)
        {
            link.shares.push_back({m, share});
        }
    }
    return link;
}

/// @param json the value
/// @returns the stages
Stages
ReadStages(const JsonReader& json)
{
    json.CheckKeys({"device", "up", "edge", "down"});
    return {json.At("device").Number(),
            json.At("up").Number(),
            json.At("edge").Number(),
            json.At("down").Number()};
}

} // namespace

Instance
ParseInstance(const std::string& text)
{
    const nlohmann::json document = ParseJson(text, "instance");
    const JsonReader top(document);
    top.CheckKeys(
        {"format", "aps", "subchannels", "maxSuperposed", "bandwidthHz", "edges", "users", "gain"},
        {"noiseDbmPerHz",
         "noiseFigureDb",
         "residual",
         "snrGapDb",
         "downlinkRate",
         "orderKey",
         "apPowerBudgetW"});
    CheckFormat(top, "noma-instance/1");
    Instance instance;
    const auto number = [&top](const char* key, double& value) {
        if (top.Has(key))
        {
            value = top.At(key).Number();
        }
    };
    instance.subchannels = top.At("subchannels").Index();
    instance.maxSuperposed = top.At("maxSuperposed").Index();
    instance.bandwidthHz = ReadPair(top.At("bandwidthHz"));
    number("noiseDbmPerHz", instance.noiseDbmPerHz);
    number("noiseFigureDb", instance.noiseFigureDb);
    number("residual", instance.residual);
    number("snrGapDb", instance.snrGapDb);
    number("apPowerBudgetW", instance.apPowerBudgetW);
    if (top.Has("downlinkRate"))
    {
        instance.downlinkRate =
            static_cast<DownlinkRate>(top.At("downlinkRate").Choice({"own", "decodable"}));
    }
    if (top.Has("orderKey"))
    {
        instance.orderKey = static_cast<OrderKey>(
            top.At("orderKey").Choice({"gain", "receivedPower", "gainOverInterference"}));
    }
    const uint32_t aps = top.At("aps").Index();
    if (aps < 1)
    {
        top.At("aps").Fail("an integer >= 1");
    }
    if (instance.subchannels < 1)
    {
        top.At("subchannels").Fail("an integer >= 1");
    }
    const JsonReader edges = top.At("edges");
    edges.CheckSize(aps, "aps");
    for (std::size_t n = 0; n < aps; ++n)
    {
        instance.edges.push_back(ReadEdge(edges.At(n)));
    }
    const JsonReader users = top.At("users");
    for (std::size_t i = 0; i < users.Size(); ++i)
    {
        instance.users.push_back(ReadUser(users.At(i)));
    }
    const JsonReader gain = top.At("gain");
    gain.CheckKeys({"up", "down"});
    for (Direction d : DIRECTIONS)
    {
        instance.gain[d] =
            ReadGain(gain.At(DirectionName(d)), instance.users.size(), aps, instance.subchannels);
    }
    ValidateInstance(instance);
    return instance;
}

Instance
ReadInstance(std::istream& in)
{
    return ParseInstance(Slurp(in));
}

Decision
ParseDecision(const std::string& text, const Instance& instance)
{
    const nlohmann::json document = ParseJson(text, "decision");
    const JsonReader top(document);
    top.CheckKeys({"format", "users"}, {"gamma", "report"});
    CheckFormat(top, "noma-decision/1");
    const JsonReader users = top.At("users");
    users.CheckSize(instance.users.size(), "users of the instance");
    Decision decision;
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        const JsonReader json = users.At(i);
        json.CheckKeys(
            {"option"},
            {"units", "up", "down", "delay", "energy", "rate", "sinr", "utility", "deadlineCost"});
        UserDecision u;
        u.option = json.At("option").Index();
        u.units = json.Has("units") ? json.At("units").Number() : 0.0;
        for (Direction d : DIRECTIONS)
        {
            u.link[d] = ReadLink(json, DirectionName(d), instance.subchannels);
        }
        decision.users.push_back(std::move(u));
    }
    ValidateDecision(instance, decision, false);
    return decision;
}

Decision
ReadDecision(std::istream& in, const Instance& instance)
{
    return ParseDecision(Slurp(in), instance);
}

Evaluation
ParseEvaluation(const std::string& text)
{
    const nlohmann::json document = ParseJson(text, "evaluation");
    const JsonReader top(document);
    top.CheckKeys({"gamma", "users"});
    Evaluation evaluation;
    evaluation.gamma = top.At("gamma").Number();
    const JsonReader users = top.At("users");
    for (std::size_t i = 0; i < users.Size(); ++i)
    {
        const JsonReader json = users.At(i);
        json.CheckKeys({"utility", "delay", "energy", "rate", "sinr"}, {"deadlineCost"});
        UserEvaluation u;
        u.utility = json.At("utility").Number();
        u.deadlineCost = json.Has("deadlineCost") ? json.At("deadlineCost").Number() : 0.0;
        u.delay = ReadStages(json.At("delay"));
        u.energy = ReadStages(json.At("energy"));
        u.rate = ReadPair(json.At("rate"));
        const JsonReader sinr = json.At("sinr");
        sinr.CheckKeys({"up", "down"});
        for (Direction d : DIRECTIONS)
        {
            const JsonReader list = sinr.At(DirectionName(d));
            for (std::size_t m = 0; m < list.Size(); ++m)
            {
                u.sinr[d].push_back(list.At(m).Number());
            }
        }
        evaluation.users.push_back(std::move(u));
    }
    return evaluation;
}

} // namespace noma
} // namespace ns3
