package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.graphql.GraphQlClient;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@BrowserTest
class RunsBrowserTests {

    private static final String FAILED = """
            query ($order: RunOrder) {
              runs(filter: {statuses: [FAILED]}, orderBy: $order, first: 10) {
                totalCount nodes {id totalErrors startedAt}
              }
            }""";

    /** Tables that have to be scrolled sideways; some browsers take some of the width for the bar that scrolls down. */
    private static final String CUT_OFF = "[...document.querySelectorAll('.table-scroll > table')].filter(table => {"
            + " table.style.width = 'min-content'; return table.offsetWidth > table.parentElement.clientWidth - 20; }).length";

    @LocalServerPort
    int port;

    @Test
    void theTableIsFilteredAndOrderedByTheServer(Browsing browsing) {
        Page page = browsing.open("/runs?period=all").page();

        page.locator("select[name=status]").selectOption("FAILED");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(Pattern.compile("^Errors")))
                .click();

        assertThat(page).hasURL(Pattern.compile(".*status=FAILED.*order=ERRORS.*"));
        JsonNode worst = runs("ERRORS");
        assertThat(page.locator("[data-total]"))
                .hasAttribute("data-total", worst.path("totalCount").asString());
        assertThat(page.locator("[data-run]").first())
                .hasAttribute("data-run", worst.at("/nodes/0/id").stringValue());
        assertThat(ids(page).subList(0, 10))
                .containsExactlyElementsOf(worst.path("nodes")
                        .valueStream()
                        .map(run -> run.path("id").stringValue())
                        .toList());
    }

    @Test
    void theHistoryGoesOnAsItIsScrolled(Browsing browsing) {
        Visit visit = browsing.open("/runs?period=all");
        Locator rows = visit.page().locator("[data-run]");
        assertThat(rows.first()).isVisible();

        Locator last = visit.page().locator("tr[aria-rowindex='301']");
        for (int screens = 0; screens < 60 && last.count() == 0; screens++) {
            visit.page().locator(".runs").evaluate("place => place.scrollBy(0, place.clientHeight)");
            visit.page().waitForFunction("() => !document.querySelector('.runs .loading')");
        }

        assertThat(last).isAttached();
        assertThat(rows.count()).as("rows in the page").isLessThan(100);
    }

    @Test
    void nothingIsCutOffOnAUsualScreen(Browsing browsing) {
        Visit visit = browsing.open("/runs?period=all&status=FAILED");
        assertThat(visit.page().locator("[data-run]").first()).isVisible();
        assertThat(visit.page().evaluate(CUT_OFF)).isEqualTo(0);

        visit.page().locator("[data-run] a").first().click();
        assertThat(visit.page().locator("[data-panel='run-providers'] tbody tr").first())
                .isVisible();
        assertThat(visit.page().evaluate(CUT_OFF)).isEqualTo(0);
    }

    @Test
    void aRunHasAPageOfItsOwn(Browsing browsing) {
        Visit visit = browsing.open("/runs?period=all&status=FAILED");
        String id = visit.page().locator("[data-run]").first().getAttribute("data-run");

        visit.page().locator("[data-run] a").first().click();

        assertThat(visit.page()).hasURL(Pattern.compile(".*/runs/" + id + "$"));
        JsonNode run = new GraphQlClient(port)
                .ask("query ($id: UUID!) {run(id: $id) {totalErrors pipelineLosses {lost}}}", Map.of("id", id))
                .data("run");
        assertThat(visit.page().locator("[data-panel]").first()).isVisible();
        List<Panel> panels = visit.panels();
        assertThat(panels.get(0).row("Errors").get(1))
                .isEqualTo(run.path("totalErrors").asString());
        assertThat(panels.get(1).rows())
                .extracting(row -> row.get(1))
                .containsExactlyElementsOf(run.path("pipelineLosses")
                        .valueStream()
                        .map(loss -> loss.path("lost").asString())
                        .toList());
    }

    @Test
    void anUnknownRunIsSaidToBeUnknown(Browsing browsing) {
        Page page = browsing.open("/runs/00000000-0000-4000-8000-000000000000").page();

        assertThat(page.locator("main")).containsText("No run goes by this id");
    }

    private static List<String> ids(Page page) {
        return page.locator("[data-run]").all().stream()
                .map(row -> row.getAttribute("data-run"))
                .toList();
    }

    private JsonNode runs(String key) {
        return new GraphQlClient(port)
                .ask(FAILED, Map.of("order", Map.of("key", key, "direction", "DESC")))
                .data("runs");
    }
}
