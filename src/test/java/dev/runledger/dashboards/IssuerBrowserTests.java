package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.dashboards.Browsing.Screen;
import dev.runledger.security.TestIssuer;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.test.context.ContextConfiguration;

/** People sign in with an issuer, and out again. */
@BrowserTest
@ContextConfiguration(initializers = {DemoDatabase.class, TestIssuer.Configured.class})
class IssuerBrowserTests {

    private final TestIssuer issuer = TestIssuer.shared();
    private final String person = "ann-" + UUID.randomUUID();

    @Test
    void whoeverSignsInIsWhereTheyWereAndWhoeverSignsOutIsOutAtTheIssuerToo(Browsing browsing) {
        issuer.put(person, "runledger-analysts");
        Visit visit = open(browsing, "/runs?period=all&status=FAILED", Screen.LIGHT);
        Page page = visit.page();

        link(page).click();
        signIn(page);

        assertThat(page.locator("[data-run]").first()).isVisible();
        assertThat(page).hasURL(browsing.address() + "/runs?period=all&status=FAILED");
        assertThat(page.locator("nav")).containsText("person " + person);
        page.reload();
        assertThat(page.locator("[data-run]").first()).isVisible();
        assertThat(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"))
                .asString()
                .doesNotContain("runledger_session")
                .doesNotContain("eyJ");

        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Sign out"))
                .click();
        assertThat(link(page)).isVisible();
        assertThat(page).hasURL(browsing.address() + "/");
        link(page).click();
        assertThat(page).hasURL(issuer.address() + "/login");
        // The issuer has no icon.
        visit.forgetComplaints();
    }

    @Test
    void whoeverHasNoRoleIsToldSo(Browsing browsing) {
        issuer.put(person, "others");
        Visit visit = open(browsing, "/", Screen.LIGHT);

        link(visit.page()).click();
        signIn(visit.page());

        assertThat(visit.page().getByRole(AriaRole.ALERT)).containsText("none of your groups may use this server");
        assertThat(visit.page()).hasURL(browsing.address() + "/");
        assertThat(visit.page().getByLabel("Service key")).isVisible();
        visit.forgetComplaints();
    }

    @ParameterizedTest
    @EnumSource
    void theSignInWithAnIssuerKeepsNobodyOut(Screen screen, Browsing browsing) {
        Visit visit = open(browsing, "/#sign-in=unreachable", screen);
        assertThat(link(visit.page())).isVisible();
        assertThat(visit.page().getByRole(AriaRole.ALERT)).containsText("cannot be reached");

        visit.screenshot("sign-in-issuer-" + screen.name().toLowerCase(Locale.ROOT));
        assertThat(Barriers.on(visit.page())).isEmpty();
    }

    private Visit open(Browsing browsing, String path, Screen screen) {
        issuer.accept(browsing.address());
        Visit visit = browsing.openAt(browsing.address(), path, screen);
        visit.mayGoTo(issuer.address());
        return visit;
    }

    private static Locator link(Page page) {
        return page.getByText("Sign in with Acme");
    }

    private void signIn(Page page) {
        page.locator("input[name=username]").fill(person);
        page.locator("input[name=password]").fill(TestIssuer.PASSWORD);
        page.locator("button[type=submit]").click();
    }
}
