package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.TestKeys;
import dev.runledger.dashboards.Browsing.Screen;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What went wrong is said where one looks, once, and with what to do about it. */
@BrowserTest
class ErrorsInWordsBrowserTests {

    @ParameterizedTest
    @ValueSource(strings = {"/provders", "/runs/some-id/more", "/a/b/c/d"})
    void anAddressOfNothingIsSaidToBeOneSignedInOrNot(String path, Browsing browsing) {
        Visit stranger = browsing.openWithoutKey(path);
        assertThat(stranger.page().locator("h1")).hasText("No such page");
        assertThat(stranger.page().locator("main")).containsText(path);
        stranger.screenshot("no-such-page-light");
        stranger.forgetComplaints();

        Visit visit = browsing.open("/runs");
        assertThat(visit.page().locator("[data-run]").first()).isVisible();
        visit.go(path);
        assertThat(visit.page().locator("h1")).hasText("No such page");
        visit.page()
                .getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Failures"))
                .click();
        assertThat(visit.page().locator("h1")).hasText("Failures");
        // A browser reports the status.
        visit.forgetComplaints();
    }

    @Test
    void aPageThatCannotBeLoadedOffersToReload(Browsing browsing) {
        try (StoppableServer server = new StoppableServer()) {
            Visit visit = browsing.openAt(server.address(), "/#key=" + TestKeys.ANALYST, Screen.LIGHT);
            Page page = visit.page();
            visit.panels();

            server.stop();
            page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Failures"))
                    .click();
            assertThat(page.locator("h1")).hasText("This page could not be loaded");
            assertThat(page.getByRole(AriaRole.ALERT)).containsText("upgraded meanwhile");
            visit.screenshot("page-not-loaded-light");

            server.start();
            page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Reload"))
                    .click();
            assertThat(page.locator("h1")).hasText("Failures");
            visit.panels();
            visit.forgetComplaints();
        }
    }

    @Test
    void aServerThatCannotAnswerIsSaidToOnceForAllPanels(Browsing browsing) {
        try (StoppableServer server = new StoppableServer()) {
            Visit visit = browsing.openAt(server.address(), "/failures#key=" + TestKeys.ANALYST, Screen.LIGHT);
            Page page = visit.page();
            visit.panels();

            server.stop();
            page.locator("select[name=period]").selectOption("90d");

            assertThat(page.locator("main [role=alert]")).hasCount(1);
            assertThat(page.locator("main [role=alert]")).containsText("The server cannot be reached");
            assertThat(page.locator("[data-panel] .state").first()).containsText("for the reason above");
            visit.screenshot("server-gone-light");
            visit.forgetComplaints();
        }
    }

    @Test
    void whatWasNotReportedIsSaidNotToHaveBeen(Browsing browsing) throws Exception {
        String environment = "e" + UUID.randomUUID().toString().substring(0, 12);
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (int run = 1; run <= 2; run++) {
            reporting.ended("success", Instant.now().minusSeconds(run * 3600), "\"questions_inserted\": 5");
        }

        Visit visit = browsing.open("/?environment=" + environment);
        visit.panels();

        assertThat(visit.panel("cost-trend").section()).containsText("No cost was reported");
        assertThat(visit.panel("error-categories").section())
                .containsText("No breakdown of errors by category was reported");
        assertThat(visit.panel("key-figures").section()).containsText("No cost was reported");
        assertThat(visit.panel("key-figures").row("Cost").get(1)).isEmpty();
    }

    @Test
    void datesThatCannotBeAreExplainedBesideTheirFields(Browsing browsing) {
        Page page =
                browsing.open("/runs?period=own&from=2026-11-31&to=yesterday").page();
        assertThat(page.locator(".filters [role=alert]"))
                .containsText("“2026-11-31” is no date, so it is left out. “yesterday” is no date");

        page.locator("input[name=from]").fill("2026-11-20");
        page.locator("input[name=to]").fill("2026-11-10");
        assertThat(page.locator(".filters [role=alert]")).containsText("The end is not after the beginning");

        page.locator("input[name=to]").fill("2026-11-20");
        assertThat(page.locator(".filters [role=alert]")).hasCount(0);
        page.locator("input[name=to-time]").fill("09:30");
        assertThat(page).hasURL(browsing.address() + "/runs?period=own&from=2026-11-20&to=2026-11-20T09%3A30");
    }

    @Test
    void datesInTheWrongOrderLeaveNoPanelLoading(Browsing browsing) {
        Visit visit = browsing.open("/providers?period=own&from=2026-10-01&to=2026-09-01");
        assertThat(visit.page().locator(".filters [role=alert]")).containsText("The end is not after the beginning");

        visit.panels();

        assertThat(visit.page().locator(".panel .loading")).hasCount(0);
    }
}
