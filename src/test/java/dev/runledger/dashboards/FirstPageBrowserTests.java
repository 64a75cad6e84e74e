package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@BrowserTest
class FirstPageBrowserTests {

    /** Changes are reported when a task is over. */
    private static final String COUNT_OF_FIRST_CHARTS = "new MutationObserver((_, watching) => {"
            + " globalThis.firstCharts = document.querySelectorAll('.chart canvas').length;"
            + " if (firstCharts > 0) watching.disconnect(); }).observe(document, {childList: true, subtree: true});";

    private static final int AT_MOST_BYTES = 300 * 1024;

    @Test
    void atMost300KilobytesOfScriptComeBeforeChartsAreNeeded(Browsing browsing) {
        Visit visit = browsing.openWithoutKey("/");
        assertThat(visit.page().getByLabel("Service key")).isVisible();

        assertThat(visit.requests())
                .filteredOn(request -> request.resourceType().equals("script"))
                .isNotEmpty()
                .satisfies(scripts -> assertThat(scripts.stream()
                                .mapToInt(FirstPageBrowserTests::size)
                                .sum())
                        .isLessThanOrEqualTo(AT_MOST_BYTES));
    }

    @Test
    void theFirstFiguresOfTheOverviewComeInOneAnswer(Browsing browsing) {
        Visit visit = browsing.open("/");
        Page page = visit.page();
        assertThat(page.locator("[data-panel] table").first()).isAttached();

        assertThat(visit.questions())
                .extracting(Request::postData)
                .filteredOn(query -> Stream.of("query AlertsFiring", "query WhatsWrong", "query OwnMovements")
                        .noneMatch(query::contains))
                .hasSize(1);
    }

    @Test
    void theFirstChartDoesNotWaitForTheOthers(Browsing browsing) {
        Visit visit = browsing.open("/");
        visit.panels();
        visit.page().addInitScript(COUNT_OF_FIRST_CHARTS);
        visit.page().reload();
        visit.panels();

        assertThat(visit.page().locator(".chart canvas").count()).isGreaterThan(5);
        assertThat(visit.page().evaluate("firstCharts"))
                .as("charts drawn before the browser may show one")
                .isEqualTo(1);
    }

    /** Of the demo's own runs, without those of other tests. */
    @Test
    void thePictureOfTheReadmeIsMadeHere(Browsing browsing) {
        Visit visit = browsing.open("/?environment=production");
        visit.panels();
        assertThat(visit.page().locator(".wrong li").first()).isVisible();
        visit.screenshotOfScreen("first-page");
    }

    private static int size(Request request) {
        return request.response().body().length;
    }
}
