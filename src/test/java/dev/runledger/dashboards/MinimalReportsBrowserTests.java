package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What reporters leave out is said to be unknown, rather than to be nothing. */
@BrowserTest
class MinimalReportsBrowserTests {

    private final String environment = "m" + UUID.randomUUID().toString().substring(0, 12);

    @Test
    void countsThatNobodyReportsAreNoZeros(Browsing browsing) throws Exception {
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int hour = 1; hour <= 4; hour++) {
            reporting.ended("success", Instant.now().minusSeconds(3600L * hour), "");
        }

        Visit visit = browsing.open("/?environment=" + environment);
        visit.panels();

        for (String panel : List.of("success-trend", "funnel", "streak")) {
            assertThat(visit.panel(panel).section()).containsText("No counts of questions were reported.");
        }
        for (String figure : List.of("Overall success", "Questions inserted", "Errors per run")) {
            assertThat(visit.page()
                            .locator(".figure")
                            .filter(new Locator.FilterOptions().setHasText(figure))
                            .first())
                    .containsText("No counts were reported");
            assertThat(visit.panel("key-figures").row(figure).get(1)).isEmpty();
        }
        assertThat(visit.page().locator(".wrong .nothing")).isVisible();
        visit.screenshot("minimal-overview");

        visit.go("/runs?environment=" + environment);
        assertThat(visit.page().locator("[data-run]")).hasCount(4);
        assertThat(visit.page().locator("[data-run]").first().locator("td").allTextContents())
                .contains("10", "–")
                .doesNotContain("0");
        visit.page().locator("[data-run] a").first().click();
        assertThat(visit.page().locator(".story")).hasText("Succeeded, and reported no figures.");
        assertThat(visit.page().locator("[data-panel=run-funnel]")).hasCount(0);
        assertThat(visit.panel("run-facts").row("Errors").get(1)).isEmpty();
    }

    @Test
    void aStageThatIsNotCountedLosesNothing(Browsing browsing) throws Exception {
        String run = new Reporting(browsing.address(), environment)
                .ended("success", Instant.now().minusSeconds(600), "\"questions_inserted\": 7");

        Visit visit = browsing.open("/runs/" + run);
        Page page = visit.page();

        assertThat(page.locator(".story")).hasText("Succeeded: 7 of 10 requested questions (70%) were inserted.");
        assertThat(visit.panel("run-funnel").rows())
                .extracting(row -> row.get(1))
                .containsExactly("", "", "", "", "", "3");
    }
}
