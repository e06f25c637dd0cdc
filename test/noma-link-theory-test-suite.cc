/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Outages counted through the packet-level receiver against closed forms.
 */
#include "noma-link-closed-forms.h"
#include "noma-test-link-studies.h"
#include "noma-test.h"

#include "ns3/noma-link-study.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/rng-seed-manager.h"

#include <functional>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Compares the outages of all users of a study with a closed form, within four standard errors.
 */
class OutageTestCase : public TestCase
{
  public:
    /// Closed form: study and user to outage.
    typedef std::function<double(const LinkStudy&, std::size_t)> Theory;

    /**
     * @param name name
     * @param studies parameter points
     * @param theory closed form
     * @param firstUser first user that it holds for
     */
    OutageTestCase(const std::string& name,
                   std::vector<LinkStudy> studies,
                   Theory theory,
                   std::size_t firstUser = 0)
        : TestCase(name),
          m_studies(std::move(studies)),
          m_theory(std::move(theory)),
          m_firstUser(firstUser)
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        NS_TEST_ASSERT_MSG_GT_OR_EQ(m_studies.size(), 5, "parameter points");
        int64_t stream = 1000;
        for (auto study : m_studies)
        {
            study.stream = stream += 1000;
            const auto users = RunLinkStudy(study);
            for (std::size_t k = m_firstUser; k < users.size(); ++k)
            {
                const double p = m_theory(study, k);
                std::ostringstream text;
                text << "point " << stream / 1000 - 1 << ", user " << k;
                NS_TEST_EXPECT_MSG_EQ(users[k].blocks, study.blocks, text.str() + ": blocks");
                NOMA_TEST_EXPECT_NEAR(users[k].GetOutage(),
                                      p,
                                      4 * std::sqrt(p * (1 - p) / study.blocks) + 1e-12,
                                      text.str());
            }
        }
    }

    std::vector<LinkStudy> m_studies; //!< parameter points
    Theory m_theory;                  //!< closed form
    std::size_t m_firstUser;          //!< first user that it holds for
};

/**
 * @ingroup noma-test
 * The packet-level receiver against theory.
 */
class NomaLinkTheoryTestSuite : public TestSuite
{
  public:
    NomaLinkTheoryTestSuite()
        : TestSuite("noma-link-theory", Type::UNIT)
    {
        const std::vector<LinkStudy> two = {Down({5, 20}, {0.8, 0.2}, {0.5, 2}),
                                            Down({10, 20}, {0.9, 0.1}, {1, 1}),
                                            Down({15, 25}, {0.7, 0.3}, {1, 3}),
                                            Down({20, 30}, {0.85, 0.15}, {2, 2.5}),
                                            Down({0, 10}, {0.6, 0.4}, {0.8, 0.3}),
                                            Down({12, 18}, {0.5, 0.5}, {1.2, 1})};
        const std::vector<LinkStudy> three = {Down({5, 12, 20}, {0.8, 0.15, 0.05}, {0.5, 1, 1.5}),
                                              Down({10, 15, 25}, {0.7, 0.2, 0.1}, {0.8, 1, 2}),
                                              Down({15, 20, 25}, {0.6, 0.3, 0.1}, {0.9, 1.2, 3}),
                                              Down({8, 8, 8}, {0.75, 0.2, 0.05}, {0.4, 0.6, 0.5}),
                                              Down({20, 25, 30}, {0.9, 0.08, 0.02}, {2, 1.5, 3})};
        Add("(a) downlink, two users, error propagation", two, DownlinkOutage);
        Add("(a) downlink, two users, no error propagation",
            With(two, PROPAGATION_GENIE),
            DownlinkOutage);
        Add("(a) downlink, three users, error propagation", three, DownlinkOutage);
        Add("(a) downlink, three users, no error propagation",
            With(three, PROPAGATION_GENIE),
            DownlinkOutage);
        Add("(a) downlink, users sorted by gain",
            Ordered({Down({10, 10}, {0.8, 0.2}, {0.5, 1.5}),
                     Down({20, 20}, {0.8, 0.2}, {1, 2}),
                     Down({15, 15, 15}, {0.7, 0.2, 0.1}, {0.8, 1, 1.5}),
                     Down({25, 25, 25}, {0.75, 0.2, 0.05}, {1.2, 1.5, 2}),
                     Down({5, 5, 5, 5}, {0.5, 0.3, 0.15, 0.05}, {0.2, 0.3, 0.4, 0.5})},
                    LinkOrder::GAIN),
            SortedDownlinkOutage);
        Add("(b) uplink, fixed order",
            {Up({20, 10}, {1, 0.5}),
             Up({10, 20}, {0.5, 1}),
             Up({25, 17, 9}, {1, 1, 0.5}),
             Up({15, 15}, {0.5, 1.5}),
             Up({30, 20, 10, 0}, {2, 1.5, 1, 0.3}),
             Up({12}, {2})},
            UplinkOutage);
        const std::vector<LinkStudy> pair = {Up({20, 10}, {1, 0.5}),
                                             Up({15, 15}, {0.5, 0.5}),
                                             Up({15, 15}, {1.5, 0.7}),
                                             Up({5, 25}, {0.4, 2}),
                                             Up({10, 12}, {0.2, 0.9}),
                                             Up({20, 20}, {1.2, 1.2})};
        Add("(c) uplink, ordered by gain", Ordered(pair, LinkOrder::GAIN), DynamicUplinkOutage);
        Add("(c) uplink, ordered by power", Ordered(pair, LinkOrder::POWER), DynamicUplinkOutage);
        Add("(d) downlink, residual cancellation",
            Residual({two[0], two[1], two[2], two[3], two[4]}, {0.01, 0.05, 0.02, 0.1, 0.2}),
            DownlinkOutage);
        Add("(d) downlink, residual cancellation, no error propagation",
            With(Residual({three[0], three[1], three[2], three[3], three[4]},
                          {0.01, 0.03, 0.01, 0.02, 0.001}),
                 PROPAGATION_GENIE),
            DownlinkOutage);
        Add(
            "(d) uplink, residual cancellation",
            Residual({Up({20, 10}, {1, 0.5}),
                      Up({15, 15}, {0.5, 0.5}),
                      Up({20, 15}, {1.5, 1}),
                      Up({10, 25}, {0.3, 2}),
                      Up({25, 10}, {2, 1.5})},
                     {0.01, 0.1, 0.05, 0.2, 0.5}),
            [](const LinkStudy& s, std::size_t) { return ResidualUplinkOutage(s); },
            1);
        Add("(e) downlink, five cells",
            Interfered({two[0], two[1], two[2], two[4], three[0], three[1]}, {5, 0, -3, -6}),
            DownlinkOutage);
        Add("(e) uplink, five cells",
            Interfered({Up({20, 10}, {1, 0.5}),
                        Up({15, 15}, {0.5, 0.5}),
                        Up({25, 17, 9}, {1, 1, 0.5}),
                        Up({12}, {1}),
                        Up({30, 20, 15}, {2, 1, 1})},
                       {3, 0, -2, -7}),
            UplinkOutage);
        std::vector<LinkStudy> imperfect = {two[0],
                                            two[1],
                                            three[1],
                                            Up({20, 10}, {1, 0.5}),
                                            Up({25, 17, 9}, {1, 1, 0.5})};
        const double errors[] = {0.01, 0.1, 0.003, 0.02, 0.005};
        for (std::size_t i = 0; i < imperfect.size(); ++i)
        {
            imperfect[i].channelError = errors[i];
        }
        Add("imperfect channel estimates", imperfect, ImperfectOutage);
    }

  private:
    /// @param name name @param studies points @param theory closed form @param first first user
    void Add(const std::string& name,
             const std::vector<LinkStudy>& studies,
             const OutageTestCase::Theory& theory,
             std::size_t first = 0)
    {
        AddTestCase(new OutageTestCase(name, studies, theory, first), NOMA_TEST_DURATION(QUICK));
    }
};

NomaLinkTheoryTestSuite g_nomaLinkTheoryTestSuite; //!< static variable for registration

} // namespace
