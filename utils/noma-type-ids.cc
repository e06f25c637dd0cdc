/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Prints what the module registers with ns-3's type system: the tables of doc/noma.rst, or one name
 * a line for the check of the documents.
 */
#include "ns3/core-module.h"
#include "ns3/noma-module.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

using namespace ns3;

namespace
{

/// @returns the types of the module, by name
std::vector<TypeId>
ModuleTypes()
{
    std::vector<TypeId> types;
    for (uint16_t i = 0; i < TypeId::GetRegisteredN(); ++i)
    {
        const TypeId tid = TypeId::GetRegistered(i);
        if (tid.GetName().rfind("ns3::noma::", 0) == 0)
        {
            types.push_back(tid);
        }
    }
    std::sort(types.begin(), types.end(), [](const TypeId& a, const TypeId& b) {
        return a.GetName() < b.GetName();
    });
    return types;
}

/// Prints one name a line: types, Type::Attribute, Type::TraceSource.
void
PrintNames()
{
    for (const TypeId& tid : ModuleTypes())
    {
        std::cout << tid.GetName() << "\n";
        for (std::size_t i = 0; i < tid.GetAttributeN(); ++i)
        {
            std::cout << tid.GetName() << "::" << tid.GetAttribute(i).name << "\n";
        }
        for (std::size_t i = 0; i < tid.GetTraceSourceN(); ++i)
        {
            std::cout << tid.GetName() << "::" << tid.GetTraceSource(i).name << "\n";
        }
    }
}

/// Prints a list of definitions in reStructuredText: attributes, or else trace sources.
void
PrintRst(bool attributes)
{
    for (const TypeId& tid : ModuleTypes())
    {
        const std::size_t n = attributes ? tid.GetAttributeN() : tid.GetTraceSourceN();
        if (n == 0)
        {
            continue;
        }
        std::cout << "**" << tid.GetName() << "**\n\n";
        for (std::size_t i = 0; i < n; ++i)
        {
            if (attributes)
            {
                const auto& a = tid.GetAttribute(i);
                const std::string initial = a.initialValue->SerializeToString(a.checker);
                std::cout << "* ``" << a.name << "``";
                if (!initial.empty())
                {
                    std::cout << " (``" << initial << "``)";
                }
                std::cout << ": " << a.help << "\n";
            }
            else
            {
                const auto& t = tid.GetTraceSource(i);
                std::cout << "* ``" << t.name << "`` (" << t.callback << "): " << t.help << "\n";
            }
        }
        std::cout << "\n";
    }
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string print = "names";
    CommandLine cmd(__FILE__);
    cmd.AddValue("print", "names, attributes or traces (reStructuredText)", print);
    cmd.Parse(argc, argv);
    if (print == "names")
    {
        PrintNames();
    }
    else if (print == "attributes" || print == "traces")
    {
        PrintRst(print == "attributes");
    }
    else
    {
        std::cerr << "noma-type-ids: print: '" << print << "' is none of names, attributes, traces"
                  << std::endl;
        return 2;
    }
    return 0;
}
