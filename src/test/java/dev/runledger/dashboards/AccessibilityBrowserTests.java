package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.runledger.TestKeys;
import dev.runledger.dashboards.Browsing.Screen;
import java.util.List;
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
    void whatOpensOnAPageKeepsNobodyOut(Screen screen, Browsing browsing) {
        Visit visit = browsing.openAt(browsing.address(), "/runs#key=" + TestKeys.ADMIN, screen);
        visit.panels();
        Page page = visit.page();
        page.locator(".panel footer summary").first().click();
        assertThat(page.locator(".panel footer table").first()).isVisible();
        assertOpenKeepsNobodyOut(page, "figures as a table");

        if (screen == Screen.PHONE) {
            page.locator(".fold").click();
        }
        for (String menu : List.of(".several .menu", ".menu.columns", ".menu.share")) {
            Locator opened = page.locator(menu).first();
            opened.locator("summary").click();
            assertThat(opened.locator("> div")).isVisible();
            assertOpenKeepsNobodyOut(page, menu);
            page.keyboard().press("Escape");
            assertThat(opened.locator("> div")).isHidden();
        }
        page.locator("input[name=q]").fill("cost > much st");
        assertThat(page.locator(".search-line [role=alert]")).isVisible();
        assertThat(page.locator("datalist option").first()).isAttached();
        assertOpenKeepsNobodyOut(page, "completions");

        page.locator("h1").click();
        page.keyboard().press("?");
        assertThat(page.locator("dialog")).isVisible();
        assertOpenKeepsNobodyOut(page, "shortcuts");
        page.keyboard().press("Escape");
    }

    @ParameterizedTest
    @EnumSource
    void theReadyQueriesKeepNobodyOut(Screen screen, Browsing browsing) {
        Visit visit = browsing.open("/graphiql", screen);
        assertThat(visit.page().locator(".graphiql-query-editor .view-lines")).containsText("query");

        visit.page().getByRole(AriaRole.COMBOBOX).first().click();
        assertThat(visit.page().getByRole(AriaRole.OPTION).first()).isVisible();

        assertOpenKeepsNobodyOut(visit.page(), "ready queries");
    }

    private static void assertOpenKeepsNobodyOut(Page page, String what) {
        assertThat(Barriers.on(page)).as(what).isEmpty();
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("%s reach no further than the screen", what)
                .isEqualTo(true);
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
