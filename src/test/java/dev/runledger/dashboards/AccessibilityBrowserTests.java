package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.runledger.TestKeys;
import dev.runledger.dashboards.Browsing.Screen;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every page on every screen: searched for what keeps people out, and as a picture for a person to look at. */
@BrowserTest
class AccessibilityBrowserTests {

    @ParameterizedTest
    @MethodSource("pages")
    void aDashboardKeepsNobodyOut(String name, String path, Screen screen, Browsing browsing) {
        Visit visit = browsing.open(path, screen);

        visit.panels();
        assertKeepsNobodyOut(visit, name, screen);
    }

    static Stream<Arguments> pages() {
        return Stream.of(Screen.values())
                .flatMap(screen -> Stream.of(
                        Arguments.of("overview", "/", screen),
                        Arguments.of("overview-all", "/?period=all", screen),
                        Arguments.of("providers", "/providers", screen),
                        Arguments.of("prompt-versions", "/prompt-versions?period=all", screen),
                        Arguments.of("failures", "/failures?period=90d", screen),
                        Arguments.of("runs", "/runs", screen),
                        Arguments.of("alerts", "/alerts", screen)));
    }

    @ParameterizedTest
    @EnumSource
    void theEditorOfAlertsKeepsNobodyOut(Screen screen, Browsing browsing) {
        Visit visit = browsing.openAt(browsing.address(), "/alerts?period=all#key=" + TestKeys.ADMIN, screen);
        visit.page().selectOption("select[name=kind]", "RATE");
        assertThat(visit.page().locator("select[name=unit]")).isVisible();

        visit.panels();
        assertKeepsNobodyOut(visit, "alert-editor", screen);
    }

    @ParameterizedTest
    @EnumSource
    void aRunsPageKeepsNobodyOut(Screen screen, Browsing browsing) {
        Visit visit = browsing.open("/runs?period=all&status=FAILED", screen);
        visit.page().locator("[data-run] a").first().click();
        assertThat(visit.page().locator("[data-raw]")).isAttached();

        visit.panels();
        assertKeepsNobodyOut(visit, "run", screen);
    }

    @ParameterizedTest
    @MethodSource("pagesOfAdministrators")
    void anAdministratorsPageKeepsNobodyOut(String name, Screen screen, Browsing browsing) {
        Visit visit = browsing.openAt(browsing.address(), "/" + name + "#key=" + TestKeys.ADMIN, screen);
        if (name.equals("keys")) {
            visit.page().locator("input[name=key-name]").fill("of " + screen);
            visit.page().getByText("Make key").click();
            assertThat(visit.page().locator("#made-key")).isVisible();
            visit.page()
                    .getByText("Revoke", new Page.GetByTextOptions().setExact(true))
                    .first()
                    .click();
        }

        visit.panels();
        assertKeepsNobodyOut(visit, name, screen);
    }

    static Stream<Arguments> pagesOfAdministrators() {
        return Stream.of(Screen.values())
                .flatMap(screen -> Stream.of(Arguments.of("keys", screen), Arguments.of("audit", screen)));
    }

    @ParameterizedTest
    @EnumSource
    void theSignInKeepsNobodyOut(Screen screen, Browsing browsing) {
        Visit visit = browsing.openAt(browsing.address(), "/", screen);
        assertThat(visit.page().getByLabel("Service key")).isVisible();

        assertKeepsNobodyOut(visit, "sign-in", screen);
    }

    @ParameterizedTest
    @EnumSource
    void graphiQlKeepsNobodyOut(Screen screen, Browsing browsing) {
        Visit visit = browsing.open("/graphiql", screen);
        assertThat(visit.page().locator(".graphiql-query-editor .view-lines")).containsText("query");

        assertKeepsNobodyOut(visit, "graphiql", screen);
    }

    @Test
    void graphiQlStaysReadableWhenTheSystemTurnsDark(Browsing browsing) {
        Visit visit = browsing.open("/graphiql", Screen.LIGHT);
        assertThat(visit.page().locator(".graphiql-query-editor .view-lines")).containsText("query");

        visit.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        await().untilAsserted(() -> assertThat(Barriers.on(visit.page())).isEmpty());

        visit.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        await().untilAsserted(() -> assertThat(Barriers.on(visit.page())).isEmpty());
    }

    @Test
    void graphiQlTellsWhichTabIsOpen(Browsing browsing) {
        Page page = browsing.open("/graphiql", Screen.LIGHT).page();
        Locator tabs = page.locator(".graphiql-tab-button");
        assertThat(tabs.first()).hasAttribute("aria-current", "true");

        page.locator(".graphiql-tab-add, button[aria-label='New tab']").first().click();

        assertThat(page.locator(".graphiql-tab-button[aria-current]")).hasCount(1);
        assertThat(tabs.nth(1)).hasAttribute("aria-current", "true");
    }

    private static void assertKeepsNobodyOut(Visit visit, String name, Screen screen) {
        visit.screenshot(name + "-" + screen.name().toLowerCase(Locale.ROOT));
        assertThat(Barriers.on(visit.page())).isEmpty();
        assertThat(visit.page().evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing reaches beyond the screen's width")
                .isEqualTo(true);
    }
}
