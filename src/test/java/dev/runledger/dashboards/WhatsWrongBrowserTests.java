package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.graphql.GraphQlClient;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What needs somebody now comes first on the overview, and leads to its runs. */
@BrowserTest
class WhatsWrongBrowserTests {

    private final String environment = "w" + UUID.randomUUID().toString().substring(0, 12);

    @Autowired
    JdbcClient jdbc;

    @Test
    void aSlowDeclineIsNamedFirstOfAllAndLeadsToItsRuns(Browsing browsing) {
        Page page = browsing.open("/?tz=Asia/Kathmandu&environment=production").page();
        assertThat(page.locator("main section").first()).containsText("What is wrong now");
        Locator decline = page.locator(".wrong li")
                .filter(new Locator.FilterOptions()
                        .setHasText(Pattern.compile("Generation success( of \\w+)? is getting worse")))
                .first();

        assertThat(decline)
                .containsText(Pattern.compile("by −.* pp a week over .* runs \\(p .*, allowing for \\d+ movements"));
        decline.locator("a").first().click();

        assertThat(page).hasURL(Pattern.compile("/runs\\?period=30d&tz=Asia%2FKathmandu&environment=production"));
        assertThat(page.locator("[data-run]").first()).isVisible();
    }

    @Test
    void failuresOfADayAreNamedByCauseAndStuckRunsWithTheirAge(Browsing browsing) throws Exception {
        Reporting reporting = new Reporting(browsing.address(), environment);
        Instant now = Instant.now();
        String failed = reporting.ended(
                "failed", now.minusSeconds(3600), "\"error_summary\": {\"by_category\": {\"quota_gone\": 7}}");
        reporting.ended("failed", now.minusSeconds(7200), "\"error_summary\": {\"by_category\": {\"timeout\": 2}}");
        reporting.ended("failed", now.minusSeconds(200_000), "\"error_summary\": {\"by_category\": {\"timeout\": 2}}");
        String stuck = reporting.running(now.minusSeconds(7 * 3600));
        jdbc.sql("UPDATE question_generation_runs SET stuck_at = now() WHERE id = :id::uuid")
                .param("id", stuck)
                .update();

        Page page = browsing.open("/?environment=" + environment).page();

        Locator failures = page.locator(".wrong [data-kind=failures]");
        assertThat(failures).containsText("2 runs failed in the last 24 hours");
        assertThat(failures).containsText("Quota gone in 1 (7 errors), Timeout in 1 (2 errors)");
        assertThat(page.locator(".wrong [data-kind=stuck]")).hasText(stuck + " is stuck for 7 hours since it began.");
        failures.getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName("Quota gone"))
                .click();
        assertThat(page.locator("[data-run]")).hasCount(1);
        assertThat(page.locator("[data-run]")).hasAttribute("data-run", failed);
        page.goBack();
        page.locator(".wrong [data-kind=stuck] a").click();
        assertThat(page).hasURL(Pattern.compile("/runs/" + stuck + "\\?period=30d&environment=" + environment));
    }

    @Test
    void whatRanRegularlyAndDoesNotAnyMoreIsSaidToBeSilent(Browsing browsing) throws Exception {
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int hour = 30; hour < 42; hour++) {
            reporting.ended("success", Instant.now().minusSeconds(3600L * hour), "\"questions_inserted\": 10");
        }

        Page page = browsing.open("/?environment=" + environment).page();

        assertThat(page.locator(".wrong [data-kind=silent]"))
                .hasText(Pattern.compile("No run in " + environment
                        + " for 3[01] hours ?; the longest pause of the last fortnight was 1 hour\\."));
        page.locator(".wrong [data-kind=silent] a").click();
        assertThat(page.locator("[data-total]")).hasAttribute("data-total", "12");
    }

    @Test
    void aMetricOfAReportersOwnIsAmongWhatMoves(@LocalServerPort int port, Browsing browsing) throws Exception {
        String metric = "toxicity" + environment.replace("-", "");
        GraphQlClient client = new GraphQlClient(port);
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int day = 1; day <= 20; day++) {
            reporting.ended(
                    "success",
                    Instant.now().minusSeconds(86_400L * (21 - day)),
                    "\"questions_inserted\": 10, \"metrics\": {\"%s\": {\"value\": %d, \"of\": 1}}"
                            .formatted(metric, 10 * day + 7 * day % 5));
        }
        Page page = browsing.open("/?environment=" + environment).page();
        // Nobody has said which way is better.
        assertThat(page.locator(".wrong .nothing")).isVisible();

        client.administer(
                        "mutation { describeMetric(metric: \"%s\", unit: NUMBER, polarity: LOWER_IS_BETTER) { metric } }"
                                .formatted(metric))
                .data("describeMetric");
        page.reload();

        assertThat(page.locator(".wrong [data-kind=movement]").first())
                .hasText(Pattern.compile(
                        "Toxicity\\w+( of \\w+)? is getting worse by \\+(69|70)\\.\\d+ a week over 20 runs"
                                + " \\(p < 0\\.001, allowing for \\d+ movements looked at\\)\\."));
    }

    @Test
    void whatMovesWithinATypeOrADimensionOfAReportersOwnIsNamedWithItsMetric(Browsing browsing) throws Exception {
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int day = 1; day <= 20; day++) {
            String figures =
                    "{\"generated\": 100, \"evaluated\": 100, \"approved\": %d}".formatted(99 - 3 * day + day % 2);
            reporting.ended(
                    "success",
                    Instant.now().minusSeconds(86_400L * (21 - day)),
                    "\"questions_inserted\": 10, \"breakdowns\": {\"model\": {\"gpt-x\": %1$s}, \"type\": {\"verbal\": %1$s}}"
                            .formatted(figures));
        }

        Page page = browsing.open("/?period=all&environment=" + environment).page();

        Locator movement = page.locator(".wrong [data-kind=movement]");
        assertThat(movement)
                .hasText(Pattern.compile("Approval rate of verbal is getting worse by −\\d.* pp a week over 20 runs"
                        + " \\(p < 0\\.001, allowing for \\d+ movements looked at\\); also of gpt-x\\."));
        movement.locator("a").first().click();
        assertThat(page).hasURL(Pattern.compile("/runs\\?period=90d&environment=" + environment));
    }

    @Test
    void whereNothingIsWrongItSaysSoAndHowMuchItHasSeen(Browsing browsing) throws Exception {
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int day = 1; day <= 3; day++) {
            reporting.ended("success", Instant.now().minusSeconds(day * 86_400L), "\"questions_inserted\": 10");
        }

        Page page = browsing.open("/?environment=" + environment).page();

        assertThat(page.locator(".wrong .nothing")).containsText("Nothing, as far as 3 runs can tell");
        assertThat(page.locator("main")).containsText("No cost was reported");
    }

    @Test
    void aChangeOfAFigureIsColouredOnlyIfItIsMoreThanNoise(Browsing browsing) throws Exception {
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int run = 0; run < 12; run++) {
            reporting.ended("success", Instant.now().minusSeconds(86_400L * 9 + run * 3600), figures(5, 5 + run % 3));
            reporting.ended(
                    "success", Instant.now().minusSeconds(86_400L * 2 + run * 3600), figures(1 + run % 2, 5 + run % 4));
        }

        Page page = browsing.open("/?period=7d&environment=" + environment).page();

        Locator figures = page.locator(".figure");
        Locator.FilterOptions success = new Locator.FilterOptions().setHasText("Overall success");
        Locator.FilterOptions approval = new Locator.FilterOptions().setHasText("Approval rate");
        assertThat(figures.filter(success).locator(".change")).hasClass("change worse");
        assertThat(figures.filter(approval).locator(".change")).hasClass("change neutral");
        assertThat(figures.filter(approval)).containsText("may be noise");
        assertThat(page.evaluate("document.querySelector('.figure .value').getAttribute('href')")
                        .toString())
                .contains("/runs?period=7d&environment=" + environment);
    }

    private static String figures(int inserted, int approved) {
        return "\"questions_generated\": 10, \"questions_evaluated\": 10, \"questions_approved\": %d, \"questions_rejected\": %d, \"questions_inserted\": %d"
                .formatted(approved, 10 - approved, inserted);
    }
}
