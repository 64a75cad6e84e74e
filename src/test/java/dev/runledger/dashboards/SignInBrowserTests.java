package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import dev.runledger.TestKeys;
import dev.runledger.dashboards.Browsing.Screen;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

@BrowserTest
class SignInBrowserTests {

    @Test
    void theAddressPrintedSignsInAndLosesItsKeyAtOnce(Browsing browsing) {
        Visit visit = browsing.open("/providers?period=all");

        assertThat(visit.page().locator("[data-panel]").first()).isVisible();
        assertThat(visit.page()).hasURL(browsing.address() + "/providers?period=all");
        assertThat(visit.requests()).noneMatch(request -> request.url().contains(TestKeys.ANALYST));
    }

    @Test
    void aKeyTypedInIsSentOnceAndNewTabsAndSharedLinksAskForNone(Browsing browsing) {
        Visit visit = browsing.openWithoutKey("/runs");
        Page page = visit.page();

        signIn(page, " " + TestKeys.ANALYST + " ");
        assertThat(page.locator("[data-run]").first()).isVisible();
        page.reload();
        assertThat(page.locator("[data-run]").first()).isVisible();
        for (String link : List.of("/failures?period=all&environment=production", "/graphiql")) {
            Page tab = page.context().newPage();
            tab.navigate(link);
            assertThat(tab.locator("[data-panel], .graphiql-query-editor").first())
                    .isVisible();
            assertThat(tab).hasURL(browsing.address() + link);
        }

        assertThat(visit.requests().stream().filter(request -> request.headers().containsKey("x-service-key")))
                .extracting(Request::method, Request::url)
                .containsExactly(tuple("POST", browsing.address() + "/session"));
        assertThat(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"))
                .asString()
                .doesNotContain(TestKeys.ANALYST)
                .doesNotContain("runledger_session");
        assertThat(browsing.openWithoutKey("/runs").page().getByLabel("Service key"))
                .isVisible();
    }

    @Test
    void behindAProxyThatHidesWhereRequestsComeFromTheTabKeepsTheKey(@LocalServerPort int port, Browsing browsing)
            throws Exception {
        try (PrefixProxy proxy = PrefixProxy.hidingHost(port)) {
            Visit visit =
                    browsing.openAt(proxy.origin(), PrefixProxy.PREFIX + "/runs#key=" + TestKeys.ANALYST, Screen.LIGHT);
            assertThat(visit.page().locator("[data-run]").first()).isVisible();
            visit.page().reload();
            assertThat(visit.page().locator("[data-run]").first()).isVisible();
            // A browser reports that the cookie did not do.
            visit.forgetComplaints();
        }
    }

    @Test
    void aWrongKeyIsSaidToBeWrong(Browsing browsing) {
        Visit visit = browsing.openWithoutKey("/");
        Page page = visit.page();

        signIn(page, "not-a-key-of-anybody");

        assertThat(page.getByRole(AriaRole.ALERT)).containsText("does not know this key");
        visit.screenshot("wrong-key-light");
        // A browser reports the refusal.
        visit.forgetComplaints();
        signIn(page, TestKeys.ANALYST);
        assertThat(page.locator("[data-panel]").first()).isVisible();
    }

    @Test
    void anotherKeyInTheAddressReplacesTheOneInUseOnlyIfTheReaderSaysSo(Browsing browsing) {
        Page page = browsing.open("/runs").page();
        assertThat(page.locator("[data-run]").first()).isVisible();

        page.evaluate("location.hash = 'key=" + TestKeys.REPORTER + "'");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Keep the key in use"))
                .click();
        assertThat(page.locator("[data-run]").first()).isVisible();
        assertThat(roleInUse(page)).isEqualTo("ANALYST");
        assertThat(page).hasURL(browsing.address() + "/runs");

        page.evaluate("location.hash = 'key=" + TestKeys.REPORTER + "'");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Use the other key"))
                .click();
        assertThat(page.locator("[data-run]").first()).isVisible();
        assertThat(roleInUse(page)).isEqualTo("REPORTER");

        page.evaluate("location.hash = 'key=" + TestKeys.REPORTER + "'");
        assertThat(page).hasURL(browsing.address() + "/runs");
        assertThat(page.locator("[data-run]").first()).isVisible();
    }

    private static Object roleInUse(Page page) {
        return page.evaluate("fetch('session').then(answer => answer.json()).then(session => session.role)");
    }

    @Test
    void whoSignsOutIsOutInEveryTabAndTheCookieIsWorthNothing(Browsing browsing) {
        Visit visit = browsing.open("/");
        Page page = visit.page();
        assertThat(page.locator("[data-panel]").first()).isVisible();
        Page other = page.context().newPage();
        other.navigate("/runs");
        assertThat(other.locator("[data-run]").first()).isVisible();
        List<Cookie> session = page.context().cookies();

        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Sign out"))
                .click();
        assertThat(page.getByLabel("Service key")).isVisible();
        assertThat(other.getByLabel("Service key")).isVisible();
        page.reload();
        assertThat(page.getByLabel("Service key")).isVisible();
        assertThat(page.locator("[data-panel]")).hasCount(0);

        page.context().addCookies(session);
        assertThat(page.evaluate("fetch('session').then(answer => answer.status)"))
                .isEqualTo(401);
        visit.forgetComplaints();
    }

    @Test
    void aSessionThatEndedIsSaidToHaveAndTheAddressStays(Browsing browsing) {
        Visit visit = browsing.open("/runs?period=all&status=FAILED");
        Page page = visit.page();
        assertThat(page.locator("[data-run]").first()).isVisible();

        page.context().clearCookies();
        page.reload();

        assertThat(page.getByRole(AriaRole.ALERT)).containsText("The session has ended");
        visit.forgetComplaints();
        signIn(page, TestKeys.ANALYST);
        assertThat(page.locator("[data-run]").first()).isVisible();
        assertThat(page).hasURL(browsing.address() + "/runs?period=all&status=FAILED");
    }

    private static void signIn(Page page, String key) {
        page.getByLabel("Service key").fill(key);
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Sign in"))
                .click();
    }
}
