package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.TestKeys;
import dev.runledger.dashboards.Browsing.Screen;
import dev.runledger.graphql.GraphQlClient;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Help where one looks, and what somebody without a key or on a phone needs. */
@BrowserTest
class HelpBrowserTests {

    /** What a run goes by, and what it is of, is to be read without a pointer that hovers over it. */
    private static final String CUT_OFF_NAMES =
            "[...document.querySelectorAll('[data-run]:has(a[title^=demo-]) :is(a, .note)')].filter(each => each.scrollWidth > each.clientWidth).length";

    @LocalServerPort
    int port;

    @Test
    void figuresAreDefinedByTheSchemaOnHoverAndOnFocus(Browsing browsing) {
        Visit visit = browsing.open("/providers");
        visit.panels();
        Locator term = visit.page().locator(".term:text-is(\"Generated\")");

        term.hover();
        assertThat(visit.page().getByRole(AriaRole.TOOLTIP)).hasText(description("ProviderFigures", "generated"));
        visit.page().mouse().move(0, 0);
        assertThat(visit.page().getByRole(AriaRole.TOOLTIP)).hasCount(0);

        term.focus();
        assertThat(visit.page().getByRole(AriaRole.TOOLTIP)).isVisible();
        assertThat(term).hasAccessibleDescription(description("ProviderFigures", "generated"));
        visit.page().keyboard().press("Escape");
        assertThat(visit.page().getByRole(AriaRole.TOOLTIP)).hasCount(0);

        visit.page()
                .locator(".term")
                .filter(new Locator.FilterOptions().setHasText("What is it?"))
                .focus();
        assertThat(visit.page().getByRole(AriaRole.TOOLTIP)).containsText("generated");
    }

    private String description(String type, String field) {
        return new GraphQlClient(port)
                .ask("query ($type: String!) {__type(name: $type) {fields {name description}}}", Map.of("type", type))
                .data("__type")
                .path("fields")
                .valueStream()
                .filter(each -> each.path("name").stringValue().equals(field))
                .findFirst()
                .orElseThrow()
                .path("description")
                .stringValue();
    }

    @Test
    void keysLeadToPagesAndAreListed(Browsing browsing) {
        Page page = browsing.open("/?tz=Asia/Tokyo").page();
        assertThat(page.locator("[data-panel]").first()).isVisible();

        page.keyboard().press("?");
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("Prompt versions");
        page.keyboard().press("Escape");
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);

        page.keyboard().press("g");
        page.keyboard().press("r");
        assertThat(page).hasURL(browsing.address() + "/runs?tz=Asia%2FTokyo");
        assertThat(page.locator("[data-run]").first()).isVisible();
        page.keyboard().press("/");
        page.keyboard().type("g?o");
        assertThat(page.locator("input[name=q]")).hasValue("g?o");
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
    }

    @Test
    void anEventIsMarkedOnChartsAndSaidBelowThem(Browsing browsing) {
        String text = "question-service 4.2 of " + Instant.now();
        GraphQlClient client = new GraphQlClient(port);
        String event = client.administer("""
                        mutation { recordEvent(input: {kind: "deploy", text: "%s", at: "%s", environment: "production"}) { event { id } } }""".formatted(text, Instant.now().minus(3, ChronoUnit.DAYS)))
                .data("recordEvent")
                .at("/event/id")
                .stringValue();
        try {
            for (String path : new String[] {"/", "/providers", "/failures"}) {
                Visit visit = browsing.open(path + "?environment=production");
                visit.panels();
                assertThat(visit.page().getByLabel("Events").first()).containsText("Deploy in production: " + text);
            }
            Visit elsewhere = browsing.open("/?environment=staging");
            elsewhere.panels();
            assertThat(elsewhere.page().locator("main")).not().containsText(text);
        } finally {
            client.administer("mutation { deleteEvent(id: \"%s\") { deleted } }".formatted(event));
        }
    }

    @Test
    void anAdministratorSharesAViewWithSomebodyWithoutAKey(Browsing browsing) {
        Visit visit = browsing.openAt(
                browsing.address(), "/failures?period=90d&tz=Asia/Tokyo#key=" + TestKeys.ADMIN, Screen.LIGHT);
        visit.panels();
        visit.page().getByText("Share read-only").click();
        visit.page()
                .locator(".share button")
                .filter(new Locator.FilterOptions().setHasText("1 day"))
                .click();
        String link = visit.page()
                .getByLabel("Link", new Page.GetByLabelOptions().setExact(true))
                .inputValue();
        visit.screenshot("share-light");

        Visit guest = browsing.openAt(
                browsing.address(), link.substring(browsing.address().length()), Screen.LIGHT);
        guest.panels();
        assertThat(guest.page()).hasURL(browsing.address() + "/failures?period=90d&tz=Asia/Tokyo");
        assertThat(guest.page().getByText("Share read-only")).hasCount(0);
        assertThat(guest.page()
                        .evaluate("fetch('session').then(answer => answer.json()).then(session => session.role)"))
                .isEqualTo("GUEST");

        GraphQlClient client = new GraphQlClient(port);
        String id = client.administer("{ serviceKeys { id name expiresAt revokedAt } }")
                .data("serviceKeys")
                .valueStream()
                .filter(key -> key.path("name").stringValue().startsWith("link of "))
                .peek(key -> assertThat(Instant.parse(key.path("expiresAt").stringValue()))
                        .isBetween(Instant.now(), Instant.now().plus(1, ChronoUnit.DAYS)))
                .findFirst()
                .orElseThrow()
                .path("id")
                .stringValue();
        client.administer("mutation { revokeServiceKey(id: \"%s\") { id } }".formatted(id));
        guest.page().reload();
        assertThat(guest.page().getByRole(AriaRole.ALERT)).containsText("The session has ended");
        guest.forgetComplaints();
    }

    @ParameterizedTest
    @CsvSource({"/runs, PHONE", "/providers, PHONE"})
    void onAPhoneATableThatGoesOnShowsThatItDoes(String path, Screen screen, Browsing browsing) {
        Visit visit = browsing.open(path, screen);
        assertThat(visit.page().locator("tbody tr:visible").first()).isVisible();

        assertThat(visit.page()
                        .locator(".table-scroll:visible")
                        .first()
                        .evaluate("table => getComputedStyle(table).backgroundImage")
                        .toString())
                .contains("linear-gradient");
        if (path.equals("/runs")) {
            assertThat(visit.page().locator(".swipe-hint")).isVisible();
            assertThat(visit.page().locator("[data-run] .status").first()).isInViewport();
            assertThat(visit.page().evaluate(CUT_OFF_NAMES)).isEqualTo(0);
        }
        Locator period = visit.page().locator("select[name=period]");
        assertThat(period).isHidden();
        visit.page()
                .getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("30 days · UTC · no filter"))
                .click();
        assertThat(period).isVisible();
    }

    @Test
    void aWideScreenIsUsed(Browsing browsing) {
        Visit visit = browsing.open("/");
        visit.page().setViewportSize(2560, 1300);
        visit.panels();

        assertThat((int) visit.page().evaluate("document.querySelector('main').offsetWidth"))
                .isGreaterThan(2_300);
        assertThat(
                        visit.page()
                                .evaluate(
                                        "getComputedStyle(document.querySelector('.panels')).gridTemplateColumns.split(' ').length"))
                .isEqualTo(4);
    }
}
