/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Corollaries 2 to 5 of the paper, examined numerically: is the objective convex, how do
 * iterations and time grow, what does the warm start save, and what does rounding lose.
 */
#include "noma-core-corollaries.h"

#include "../tools/noma-arguments.h"

using namespace ns3::noma;
using namespace ns3::noma::bench;

int
main(int argc, char* argv[])
{
    return RunTool("noma-core-corollaries", [&] {
        Arguments arguments("noma-core-corollaries",
                            "corollaries 2 to 5 of the paper, examined numerically");
        arguments.AddOption("corollary", "N", "2, 3, 4, 5 or all", "all");
        arguments.AddOption("instances", "N", "instances per line", "5");
        if (!arguments.Parse(argc, argv))
        {
            return 0;
        }
        const std::string which = arguments.GetChoice("corollary", {"2", "3", "4", "5", "all"});
        const auto instances = static_cast<uint32_t>(arguments.GetUint("instances", 1, 1000));
        if (which == "2" || which == "all")
        {
            StudyConvexity(instances);
        }
        if (which == "3" || which == "all")
        {
            StudyGrowth(instances);
        }
        if (which == "4" || which == "all")
        {
            StudyWarmStart(instances);
        }
        if (which == "5" || which == "all")
        {
            StudyRounding(instances);
        }
        return 0;
    });
}
