/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Malformed messages for the decoder of learning environments, without ns-3.
 *
 *     noma-environment-fuzz [MESSAGES] [SEED]
 */
#include "noma-environment-mutations.h"

#include <cstdlib>
#include <iostream>

int
main(int argc, char* argv[])
{
    const uint64_t messages = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20000;
    const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    ns3::noma::tests::EnvironmentMutations mutations(seed);
    for (uint64_t k = 0; k < messages; ++k)
    {
        const std::string complaint = mutations.Next();
        if (!complaint.empty())
        {
            std::cerr << "noma-environment-fuzz: message " << k << " of seed " << seed << ": "
                      << complaint << "\n";
            return 1;
        }
    }
    std::cout << messages << " messages: " << mutations.GetRefused() << " refused with a line, "
              << mutations.GetAccepted() << " as allowed\n";
    return mutations.GetRefused() > messages / 4 && mutations.GetAccepted() > messages / 20 ? 0 : 1;
}
