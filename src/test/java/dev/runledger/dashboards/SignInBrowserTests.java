package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.TestKeys;
import org.junit.jupiter.api.Test;

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
    void aKeyTypedInLastsAsLongAsTheTab(Browsing browsing) {
        Visit visit = browsing.openWithoutKey("/runs");
        Page page = visit.page();

        signIn(page, " " + TestKeys.ANALYST + " ");
        assertThat(page.locator("[data-run]").first()).isVisible();

        page.reload();
        assertThat(page.locator("[data-run]").first()).isVisible();

        assertThat(browsing.openWithoutKey("/runs").page().getByLabel("Service key"))
                .isVisible();
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
        assertThat(keyInUse(page)).isEqualTo(TestKeys.ANALYST);
        assertThat(page).hasURL(browsing.address() + "/runs");

        page.evaluate("location.hash = 'key=" + TestKeys.REPORTER + "'");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Use the other key"))
                .click();
        assertThat(page.locator("[data-run]").first()).isVisible();
        assertThat(keyInUse(page)).isEqualTo(TestKeys.REPORTER);

        page.evaluate("location.hash = 'key=" + TestKeys.REPORTER + "'");
        assertThat(page).hasURL(browsing.address() + "/runs");
        assertThat(page.locator("[data-run]").first()).isVisible();
    }

    private static Object keyInUse(Page page) {
        return page.evaluate("sessionStorage.getItem('runledger.key')");
    }

    @Test
    void whoSignsOutIsOut(Browsing browsing) {
        Page page = browsing.open("/").page();

        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Sign out"))
                .click();
        assertThat(page.getByLabel("Service key")).isVisible();

        page.reload();
        assertThat(page.getByLabel("Service key")).isVisible();
        assertThat(page.locator("[data-panel]")).hasCount(0);
    }

    private static void signIn(Page page, String key) {
        page.getByLabel("Service key").fill(key);
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Sign in"))
                .click();
    }
}
