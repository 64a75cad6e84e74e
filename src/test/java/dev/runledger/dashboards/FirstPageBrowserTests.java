package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@BrowserTest
class FirstPageBrowserTests {

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
                .filteredOn(query -> Stream.of(
                                "query AlertsFiring", "query WhatsWrong", "query OwnMovements", "{__typename}")
                        .noneMatch(query::contains))
                .hasSize(1);
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
