package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Locator.ClickOptions;
import com.microsoft.playwright.options.BoundingBox;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What charts do under a pointer. */
@BrowserTest
class ChartsBrowserTests {

    @Test
    void theLegendHidesASeriesAndNothingElse(Browsing browsing) {
        Visit visit = browsing.open("/?period=365d");
        visit.panels();
        Locator chart = visit.panel("runs-by-status").section().locator(".chart");
        byte[] before = chart.screenshot();

        chart.click(new ClickOptions().setPosition(25, 9));

        assertThat(chart.screenshot()).isNotEqualTo(before);
        assertThat(visit.page()).hasURL(Pattern.compile("/\\?period=365d$"));
        assertThat(visit.page().locator("h1")).hasText("Overview");
    }

    @Test
    void draggingOverAChartZoomsIntoThatTime(Browsing browsing) {
        Visit visit = browsing.open("/?period=30d&tz=Asia/Tokyo");
        visit.panels();
        Locator chart = visit.panel("approval-trend").section().locator(".chart");
        chart.scrollIntoViewIfNeeded();
        BoundingBox box = chart.boundingBox();

        visit.page().mouse().move(box.x + 150, box.y + 100);
        visit.page().mouse().down();
        visit.page().mouse().move(box.x + 200, box.y + 100);
        visit.page().mouse().move(box.x + 250, box.y + 110);
        visit.page().mouse().up();

        assertThat(visit.page())
                .hasURL(Pattern.compile(
                        "/\\?period=own&tz=Asia%2FTokyo&from=\\d+-\\d+-\\d+T15%3A00%3A00Z&to=.*T15%3A00%3A00Z$"));
        assertThat(visit.page().locator("input[name=from-time]")).hasValue("00:00");
    }

    @Test
    void twoProvidersAreComparedOverTheRunsInWhichBothTookPart(Browsing browsing) throws Exception {
        String environment = "c" + UUID.randomUUID().toString().substring(0, 12);
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int run = 1; run <= 10; run++) {
            // How a run does goes up and down for both; one of them is always a little better.
            reporting.ended("success", Instant.now().minusSeconds(3600L * run), """
                    "provider_metrics": {"alpha": {"generated": %d, "failures": %d}, "beta": {"generated": %d, "failures": %d}}""".formatted(
                            2 + run % 8, 8 - run % 8, 1 + run % 8, 9 - run % 8));
        }

        Visit visit = browsing.open("/providers?environment=" + environment);
        visit.panels();

        assertThat(visit.panel("provider-pair").section().locator("tbody tr").first())
                .containsText("Generation success");
        assertThat(visit.panel("provider-pair").section().locator("tbody tr").first())
                .containsText("+10 pp+10 pp to +10 pp10higher for alpha");
        visit.page().locator("select[name=one]").selectOption("beta");
        assertThat(visit.panel("provider-pair").section().locator("tbody tr").first())
                .containsText("lower for beta");
    }

    @Test
    void aProvidersShareOfTheFailuresIsBesideItsShareOfTheQuestions(Browsing browsing) throws Exception {
        String environment = "c" + UUID.randomUUID().toString().substring(0, 12);
        new Reporting(browsing.address(), environment).ended("success", Instant.now(), """
                "provider_metrics": {"alpha": {"generated": 8, "failures": 1}, "beta": {"generated": 2, "failures": 3}}""");

        Panel providers = browsing.open("/providers?environment=" + environment).panel("providers");

        assertThat(providers.row("alpha").subList(2, 6)).containsExactly("8", "0.8", "1", "0.25");
        assertThat(providers.row("beta").subList(2, 6)).containsExactly("2", "0.2", "3", "0.75");
    }

    @ParameterizedTest
    @CsvSource({"UTC, 2", "Asia/Tokyo, 3"})
    void changesOfPromptAndArbiterAreMarkedAndNamedInTheZoneOfTheView(String timeZone, int day, Browsing browsing)
            throws Exception {
        String environment = "c" + UUID.randomUUID().toString().substring(0, 12);
        Reporting reporting = new Reporting(browsing.address(), environment);
        Instant evening = Instant.parse("2026-03-01T20:00:00Z");
        for (int run = 0; run < 4; run++) {
            reporting.ended("success", evening.plus(Duration.ofDays(run)), """
                    "questions_evaluated": 10, "questions_approved": 5, "questions_rejected": 5, "questions_inserted": 5,
                    "prompt_version": "p%d", "arbiter_config_version": "a%d\"""".formatted(run / 2, (run + 2) / 3));
        }

        Visit visit = browsing.open(
                "/?period=own&from=2026-03-01&to=2026-03-06&environment=" + environment + "&tz=" + timeZone);
        visit.panels();

        assertThat(visit.panel("approval-trend").section().locator("[data-versions]"))
                .hasText("Dashed: Prompt p1 from %d Mar 2026; Arbiter configuration a1 from %d Mar 2026."
                        .formatted(day + 1, day));
        visit.screenshot("versions");
    }

    @Test
    void aPointerOnTheChartStillGetsItsFigures(Browsing browsing) {
        Visit visit = browsing.open("/?period=365d");
        visit.panels();
        Locator chart = visit.panel("approval-trend").section().locator(".chart");

        chart.hover();

        assertThat(chart).containsText("runs");
        assertThat(chart).hasCSS("cursor", "pointer");
    }
}
