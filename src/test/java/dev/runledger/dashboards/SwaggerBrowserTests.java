package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import org.junit.jupiter.api.Test;

@BrowserTest
class SwaggerBrowserTests {

    @Test
    void theDescriptionOfTheOperationsIsReadUnderThePagesPolicy(Browsing browsing) {
        Visit visit = browsing.openWithoutKey("/swagger-ui.html");

        assertThat(visit.page().locator(".opblock")).hasCount(6);
        visit.screenshot("swagger-ui");
    }
}
