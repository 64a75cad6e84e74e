package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@BrowserTest
class ManyCategoriesBrowserTests {

    private static final int RUNS = 15;
    private static final int CATEGORIES_OF_A_RUN = 200;

    /** Names that are not easy to show, either. */
    @Test
    void ofThreeThousandCategoriesTheTwentyLargestAreShownAndTheRestAsOne(Browsing browsing) throws Exception {
        String environment = "m" + UUID.randomUUID().toString().substring(0, 12);
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int run = 0; run < RUNS; run++) {
            int first = run * CATEGORIES_OF_A_RUN;
            String categories = IntStream.range(first, first + CATEGORIES_OF_A_RUN)
                    .mapToObj(i -> "\"%s_%d\": %d".formatted(i % 2 == 0 ? "خطأ 🚨" : "error", i, 1 + i))
                    .collect(Collectors.joining(", "));
            reporting.ended(
                    "failed",
                    Instant.now().minusSeconds(3600L * run),
                    "\"error_summary\": {\"by_category\": {%s}}".formatted(categories));
        }

        Visit visit = browsing.open("/failures?environment=" + environment);
        visit.panels();

        assertThat(visit.panel("error-categories").rows())
                .hasSize(21)
                .last()
                .extracting(row -> row.get(0), row -> row.get(1))
                .containsExactly(
                        "All others",
                        Integer.toString(IntStream.rangeClosed(1, 2980).sum()));
        assertThat(visit.panel("error-categories").section())
                .containsText("The 20 categories with the most errors; 2,980 others are taken together.");
        assertThat(visit.panel("failures-by-category").section().locator(".verdicts li"))
                .hasCount(20);
        assertThat(visit.page().locator("*").count()).as("elements of the page").isLessThan(4_000);
        visit.screenshot("many-categories-light");
    }

    @Test
    void aRiseOfTheOnlyCategoryIsSaidBeforeItIsATrend(Browsing browsing) throws Exception {
        String environment = "m" + UUID.randomUUID().toString().substring(0, 12);
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int week = 0; week < 10; week++) {
            reporting.ended(
                    "failed",
                    Instant.now().minus(Duration.ofDays(1 + 7 * week)),
                    "\"error_summary\": {\"by_category\": {\"timeout\": %d}}".formatted(week == 0 ? 40 : 3));
        }

        Visit visit = browsing.open("/failures?period=90d&environment=" + environment);
        visit.panels();

        Locator movement = visit.panel("failures-by-category").section().locator(".verdicts li");
        assertThat(movement).hasCount(1);
        assertThat(movement).containsText("40 in the last 7 days, more than in any 7 days before");
        assertThat(visit.panel("error-categories").rows()).hasSize(1);
        visit.screenshot("one-category-light");
    }
}
