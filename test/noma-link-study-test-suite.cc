/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-link-studies.h"
#include "noma-test.h"

#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-link-study.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/rng-seed-manager.h"

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Both channels give the very same counts; wrong studies are refused.
 */
class StudyTestCase : public TestCase
{
  public:
    StudyTestCase()
        : TestCase("channel independence and input checks of a study")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        auto study = Interfered({Down({10, 20}, {0.8, 0.2}, {0.7, 1.5})}, {0, -3})[0];
        study.blocks = 3000;
        const auto fast = RunLinkStudy(study);
        study.channel = CreateObject<MultiModelSpectrumChannel>();
        const auto generic = RunLinkStudy(study);
        for (std::size_t k = 0; k < 2; ++k)
        {
            NS_TEST_EXPECT_MSG_EQ(fast[k].lost, generic[k].lost, "blocks lost");
            NS_TEST_EXPECT_MSG_GT(fast[k].lost, 0, "blocks lost");
            NOMA_TEST_EXPECT_CLOSE(fast[k].sumEfficiency, generic[k].sumEfficiency, 1e-9, "rates");
        }
        study.rate = {1};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "rate");
        study.rate = {1, -1};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "rate: -1");
        study.rate = {1, 1};
        study.split = {0.8, 0.4};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "split: 1.2");
        study.split = {0.8, 0.2};
        study.residual = 1.5;
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "residual: 1.5");
        study.residual = 0;
        study.channelError = -1;
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "channelError: -1");
        study.channelError = 0;
        study.snrDb = {};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "snrDb");
        study = Up({1}, {1});
        study.split = {1};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "split");
    }
};

/**
 * @ingroup noma-test
 * What every study of a link rests on.
 */
class NomaLinkStudyTestSuite : public TestSuite
{
  public:
    NomaLinkStudyTestSuite()
        : TestSuite("noma-link-study", Type::UNIT)
    {
        AddTestCase(new StudyTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaLinkStudyTestSuite g_nomaLinkStudyTestSuite; //!< static variable for registration

} // namespace
