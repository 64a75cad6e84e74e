package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A run's page is a diagnosis: what happened, what is unusual, and how it was elsewhere. */
@BrowserTest
class RunPageBrowserTests {

    private static final String USUAL = """
            "triggered_by": "manual", "questions_generated": 10, "questions_evaluated": 10, "questions_approved": %d,
            "questions_rejected": %d, "questions_inserted": %d, "duration_seconds": %d""";

    private final String environment = "p" + UUID.randomUUID().toString().substring(0, 12);

    @Test
    void itSaysWhatHappenedAndWhatIsUnusualAgainstRunsLikeIt(Browsing browsing) throws Exception {
        Reporting reporting = new Reporting(browsing.address(), environment);
        Instant now = Instant.now();
        String usual = null;
        for (int run = 1; run <= 9; run++) {
            usual = reporting.ended(
                    "success",
                    now.minusSeconds(3600L * run),
                    USUAL.formatted(7 + run % 2, 3 - run % 2, 6 + run % 3, 100 + run));
        }
        String failed = reporting.ended("failed", now.minusSeconds(60), """
                "triggered_by": "manual", "questions_generated": 2, "generation_failures": 8, "questions_evaluated": 2,
                "questions_approved": 1, "questions_rejected": 1, "questions_inserted": 1, "duration_seconds": 905, "total_errors": 8,
                "error_summary": {"by_category": {"quota_gone": 6, "timeout": 2}},
                "metrics": {"toxicity": {"value": 3, "of": 49}}, "breakdowns": {"model": {"gpt-5.1": {"generated": 2}}}""");

        Visit visit = browsing.open("/runs/" + failed + "?tz=Asia/Tokyo&environment=" + environment);
        Page page = visit.page();

        assertThat(page.locator(".story"))
                .hasText(
                        "Failed after 15m 5s: 1 of 10 requested questions (10%) was inserted. Most were lost in generation: 8,"
                                + " 80% of what reached that stage. 8 errors, most of them Quota gone (6).");
        assertThat(page.locator(".unusual")).containsText("Duration: 15m 5s, usually 1m 45s (1m 41s to 1m 49s)");
        assertThat(page.locator(".unusual")).not().containsText("Duplicate rate");
        visit.panels();
        assertThat(visit.panels().get(0).name()).isEqualTo("run-error-categories");
        assertThat(visit.panel("run-error-categories")
                        .section()
                        .locator("tbody a")
                        .first())
                .hasAttribute("href", Pattern.compile("/runs\\?.*tz=Asia.*environment=.*category=quota_gone$"));
        assertThat(visit.panel("run-metrics").rows().toString()).contains("toxicity, value, 3", "toxicity, of, 49");
        assertThat(visit.panel("run-breakdowns").rows().toString()).contains("model, gpt-5.1, generated, 2");
        assertThat(page.locator(".ids code").first()).hasText(failed);
        assertThat(page.locator(".lead")).containsText(environment);

        String running = reporting.running(now.minusSeconds(600));
        Visit going = browsing.open("/runs/" + running);
        assertThat(going.page().locator(".diagnosis"))
                .containsText("That is longer than usual: runs like it take 1m 45s");

        page.locator("select[name=with]").selectOption(usual);
        assertThat(page).hasURL(Pattern.compile("/runs/" + failed + "\\?tz=.*&with=" + usual));
        assertThat(visit.panel("run-beside").section().locator("thead")).containsText("Other run");
        assertThat(visit.panel("run-beside").row("Duration"))
                .startsWith("Duration", "905", "109", "+13m 16s")
                .endsWith("unusual");
        assertThat(visit.panel("run-beside").row("Status")).startsWith("Status", "Failed", "Success", "differs");
        assertThat(visit.panel("run-beside").row("Prompt version")).startsWith("Prompt version", "", "", "same");
        // The other reported no categories, so it is not known to have had none.
        assertThat(visit.panel("run-beside").row("Errors: Quota gone")).startsWith("Errors: Quota gone", "6", "", "");
        page.reload();
        assertThat(visit.panel("run-beside").section().locator("thead")).containsText("Other run");
    }

    @Test
    void aRunOfWhichLittleIsKnownIsShownWithThatLittle(Browsing browsing) throws Exception {
        String run = new Reporting(browsing.address(), environment)
                .running(Instant.now().minusSeconds(7300));

        Visit visit = browsing.open("/runs/" + run);

        assertThat(visit.page().locator(".story")).hasText("Going for 2 hours.");
        assertThat(visit.page().locator(".diagnosis"))
                .containsText("There are too few runs like it to say what is usual.");
        assertThat(visit.panel("run-beside").row("Errors").get(1)).isEmpty();
        Locator funnel = visit.panel("run-funnel").section();
        assertThat(funnel).hasCount(0);
    }
}
