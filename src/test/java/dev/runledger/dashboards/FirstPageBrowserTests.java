package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
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
    void theOverviewAsksOneQuestion(Browsing browsing) {
        Visit visit = browsing.open("/");
        Page page = visit.page();
        assertThat(page.locator("[data-panel] table").first()).isAttached();

        assertThat(visit.questions()).hasSize(1);
    }

    private static int size(Request request) {
        return request.response().body().length;
    }
}
