package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

@BrowserTest
class SwaggerBrowserTests {

    private static final String OPERATIONS =
            "fetch('/v3/api-docs').then(answer => answer.json()).then(api => Object.values(api.paths).flatMap(Object.keys).length)";

    @Test
    void theDescriptionOfTheOperationsIsReadUnderThePagesPolicy(Browsing browsing) {
        Visit visit = browsing.openWithoutKey("/swagger-ui.html");
        int operations = (int) visit.page().evaluate(OPERATIONS);

        assertThat(operations).isGreaterThanOrEqualTo(5);
        assertThat(visit.page().locator(".opblock")).hasCount(operations);
        visit.screenshot("swagger-ui");
    }
}
