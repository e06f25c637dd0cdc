/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/config.h"
#include "ns3/mobility-helper.h"
#include "ns3/node-container.h"
#include "ns3/noma-helper.h"
#include "ns3/noma-split-inference-helper.h"
#include "ns3/position-allocator.h"
#include "ns3/simulator.h"

#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * The Config paths of the documentation lead to objects that have the trace sources it names, and
 * all trace sources are named.
 */
class PathsTestCase : public TestCase
{
  public:
    PathsTestCase()
        : TestCase("every documented path leads somewhere, and every trace source has one")
    {
    }

  private:
    void DoRun() override
    {
        std::ifstream file(CreateDataDirFilename("../doc/noma-paths.rst"));
        NS_TEST_ASSERT_MSG_EQ(file.is_open(), true, "the page is there");

        NodeContainer aps(1);
        NodeContainer ues(2);
        MobilityHelper mobility;
        mobility.SetPositionAllocator("ns3::GridPositionAllocator");
        mobility.Install(NodeContainer(aps, ues));
        NomaHelper radio;
        const auto apDevices = radio.InstallAp(aps);
        const auto ueDevices = radio.InstallUe(ues);
        SplitInferenceHelper inference;
        inference.SetModel("nin-cifar10");
        inference.Install(radio, ueDevices, apDevices);

        // energy models have no path, as the page says
        std::set<std::string> found{"NomaRadioEnergyModel TotalEnergyConsumption",
                                    "ComputeEnergyModel TotalEnergyConsumption"};
        const auto items = Items(file);
        for (const auto& [path, names] : items)
        {
            const auto matches = Config::LookupMatches(path);
            NS_TEST_EXPECT_MSG_GT(matches.GetN(), 0, path);
            for (const auto& name : names)
            {
                for (std::size_t k = 0; k < matches.GetN(); ++k)
                {
                    NS_TEST_EXPECT_MSG_EQ(Note(matches.Get(k)->GetInstanceTypeId(), name, found),
                                          true,
                                          path << " has no trace source " << name);
                }
            }
        }
        NS_TEST_EXPECT_MSG_EQ(items.size(), 17, "paths of the page");
        for (uint16_t k = 0; k < TypeId::GetRegisteredN(); ++k)
        {
            const TypeId tid = TypeId::GetRegistered(k);
            if (tid.GetName().rfind("ns3::noma::", 0) == 0)
            {
                for (std::size_t t = 0; t < tid.GetTraceSourceN(); ++t)
                {
                    const std::string name = Name(tid, tid.GetTraceSource(t).name);
                    NS_TEST_EXPECT_MSG_EQ(found.count(name), 1, name << " has no path");
                }
            }
        }
        Simulator::Destroy();
    }

    /// A path and trace sources behind it.
    using Item = std::pair<std::string, std::vector<std::string>>;

    /// Items of the form "* ``/path``: ``Source``, ``Source``". @param page where @returns them
    static std::vector<Item> Items(std::istream& page)
    {
        std::vector<Item> items;
        std::string before;
        std::string word;
        bool more = false; // whether a name comes next
        while (page >> word)
        {
            const std::size_t end = word.rfind("``");
            const bool quoted = word.rfind("``", 0) == 0 && end > 2 && end != std::string::npos;
            const std::string text = quoted ? word.substr(2, end - 2) : "";
            if (before == "*" && quoted && text[0] == '/')
            {
                items.push_back({text, {}});
                more = word.back() == ':';
            }
            else if (more && quoted)
            {
                items.back().second.push_back(text);
                more = word.back() == ',';
            }
            else
            {
                more = false;
            }
            before = word;
        }
        return items;
    }

    /// Names a trace source. @param tid its type @param source its name @returns both
    static std::string Name(TypeId tid, const std::string& source)
    {
        return tid.GetName().substr(std::string("ns3::noma::").size()) + " " + source;
    }

    /**
     * Notes the type that a trace source belongs to.
     *
     * @param tid type of an object
     * @param source name of a trace source
     * @param [in,out] found what was noted
     * @returns whether the type or one above it has it
     */
    static bool Note(TypeId tid, const std::string& source, std::set<std::string>& found)
    {
        for (; tid.GetName().rfind("ns3::noma::", 0) == 0; tid = tid.GetParent())
        {
            for (std::size_t t = 0; t < tid.GetTraceSourceN(); ++t)
            {
                if (tid.GetTraceSource(t).name == source)
                {
                    found.insert(Name(tid, source));
                    return true;
                }
            }
        }
        return false;
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class PathsTestSuite : public TestSuite
{
  public:
    PathsTestSuite()
        : TestSuite("noma-paths", Type::UNIT)
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        AddTestCase(new PathsTestCase);
    }
};

PathsTestSuite g_pathsTestSuite; //!< the suite

} // namespace
