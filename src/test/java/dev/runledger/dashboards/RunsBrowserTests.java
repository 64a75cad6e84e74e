package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.graphql.GraphQlClient;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
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

    @Autowired
    JdbcClient jdbc;

    @Test
    void theTableIsFilteredAndOrderedByTheServer(Browsing browsing) {
        Visit visit = browsing.open("/runs?period=all");
        Page page = visit.page();

        visit.choose("Status", "Failed");
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
        Visit visit = browsing.open("/runs?period=all&status=FAILED&environment=production");
        assertThat(visit.page().locator("[data-run]").first()).isVisible();
        assertThat(visit.page().evaluate(CUT_OFF)).isEqualTo(0);

        visit.page().locator("[data-run] a").first().click();
        assertThat(visit.page().locator("[data-panel='run-providers'] tbody tr").first())
                .isVisible();
        assertThat(visit.page().evaluate(CUT_OFF)).isEqualTo(0);
    }

    @Test
    void aRunHasAPageOfItsOwn(Browsing browsing) {
        Visit visit = browsing.open("/runs?period=all&environment=production&status=FAILED");
        String id = visit.page().locator("[data-run]").first().getAttribute("data-run");

        visit.page().locator("[data-run] a").first().click();

        assertThat(visit.page())
                .hasURL(Pattern.compile(".*/runs/" + id + "\\?period=all&environment=production&status=FAILED$"));
        JsonNode run = new GraphQlClient(port)
                .ask("query ($id: UUID!) {run(id: $id) {totalErrors pipelineLosses {lost}}}", Map.of("id", id))
                .data("run");
        assertThat(visit.panel("run-facts").section()).isVisible();
        assertThat(visit.panel("run-facts").row("Errors").get(1))
                .isEqualTo(run.path("totalErrors").asString());
        assertThat(visit.panel("run-funnel").rows())
                .extracting(row -> row.get(1))
                .containsExactlyElementsOf(run.path("pipelineLosses")
                        .valueStream()
                        .map(loss -> loss.path("lost").asString())
                        .toList());
    }

    @Test
    void aRunThatDidNotSucceedSaysWhyAndStatusesCombine(Browsing browsing) throws Exception {
        String environment = "r" + UUID.randomUUID().toString().substring(0, 12);
        Reporting reporting = new Reporting(browsing.address(), environment);
        Instant now = Instant.now();
        reporting.ended(
                "failed",
                now.minusSeconds(60),
                "\"error_summary\": {\"by_category\": {\"timeout\": 2, \"quota_gone\": 5}}");
        reporting.ended("partial_failure", now.minusSeconds(120), "\"exit_code\": 3");
        reporting.ended("failed", now.minusSeconds(180), "\"error_summary\": {}");
        reporting.ended("success", now.minusSeconds(240), "\"exit_code\": 0");

        String stuck = reporting.running(now.minusSeconds(300));
        reporting.running(now.minusSeconds(360));
        jdbc.sql("UPDATE question_generation_runs SET stuck_at = now() WHERE id = :id::uuid")
                .param("id", stuck)
                .update();

        Visit visit = browsing.open("/runs?environment=" + environment);
        Page page = visit.page();
        visit.choose("Status", "Stuck");
        assertThat(page.locator("[data-run]")).hasCount(1);
        assertThat(page.locator("[data-run]")).hasAttribute("data-run", stuck);
        visit.choose("Status", "Failed", "Partial failure");

        assertThat(page).hasURL(Pattern.compile("status=STUCK%2CFAILED%2CPARTIAL_FAILURE"));
        assertThat(page.locator("[data-total]")).hasAttribute("data-total", "4");
        assertThat(page.locator("[data-reason]")).hasText(new Pattern[] {
            Pattern.compile("Quota gone \\(5\\)"),
            Pattern.compile("Exit code 3"),
            Pattern.compile("No reason given"),
            Pattern.compile("for \\d+ minutes")
        });

        page.locator("input[name=q]").fill("provider:nobody");
        assertThat(page.locator(".runs .state")).containsText("No run matches.");
        page.locator(".runs .state a").click();
        assertThat(page).hasURL(browsing.address() + "/runs?period=all");
        assertThat(page.locator("[data-run]").first()).isVisible();
    }

    /** Marks of Unicode keep the count and the other names where they are. */
    @Test
    void namesFromRightToLeftLeaveWhatIsBesideThemInItsPlace(Browsing browsing) throws Exception {
        String environment = "ייצור 🏭 " + UUID.randomUUID().toString().substring(0, 8);
        new Reporting(browsing.address(), environment).ended("failed", Instant.now(), """
                "triggered_by": "المجدول", "prompt_version": "v2.1", "error_summary": {"by_category": {"שגיאה 🚨": 7}}""");

        Page page = browsing.open("/runs?environment=" + environment.replace(" ", "%20"))
                .page();
        assertThat(page.locator("[data-reason]")).hasText("\u2068שגיאה 🚨\u2069 (7)");
        assertThat(page.locator("[data-run] a + .note"))
                .hasText("\u2068%s\u2069 · \u2068المجدول\u2069 · v2.1".formatted(environment));
    }

    @Test
    void aFilterTakesSeveralValuesWhichRunAndListKeep(Browsing browsing) throws Exception {
        String environment = "r" + UUID.randomUUID().toString().substring(0, 12);
        Reporting reporting = new Reporting(browsing.address(), environment);
        for (String provider : List.of("alpha", "beta", "gamma")) {
            reporting.ended("success", Instant.now(), """
                    "provider_metrics": {"%s": {"generated": 1}}""".formatted(provider));
        }

        Visit visit = browsing.open("/runs?tz=Asia/Tokyo&environment=" + environment);
        visit.choose("Provider", "alpha", "gamma");

        assertThat(visit.page()).hasURL(Pattern.compile("provider=alpha&provider=gamma$"));
        assertThat(visit.page().locator("[data-total]")).hasAttribute("data-total", "2");
        visit.page().locator("[data-run] a").first().click();
        assertThat(visit.page()).hasURL(Pattern.compile("/runs/[0-9a-f-]+\\?.*provider=alpha&provider=gamma$"));
        visit.page()
                .getByRole(AriaRole.LINK, new GetByRoleOptions().setName("All runs of this list"))
                .click();
        assertThat(visit.page().locator("[data-total]")).hasAttribute("data-total", "2");
    }

    @Test
    void aSearchLineTakesConditionsOfFieldsCompletesAndExplains(Browsing browsing) {
        Page page = browsing.open("/runs?period=all&environment=production").page();
        Locator search = page.locator("input[name=q]");
        assertThat(page.locator("[data-run]").first()).isVisible();

        search.fill("error:rate");
        assertThat(page.locator("datalist option")).hasCount(1);
        search.fill("error:rate_limit status:failed duration > 1m");

        assertThat(page).hasURL(Pattern.compile("q=error%3Arate_limit\\+status%3Afailed\\+duration\\+%3E\\+1m"));
        int expected =
                new GraphQlClient(port).ask("""
                        {runs(filter: {environments: ["production"], errorCategories: ["rate_limit"], statuses: [FAILED],
                            durationSeconds: {min: 60.000001}}) {totalCount}}""").data("runs").path("totalCount").intValue();
        assertThat(expected).isPositive();
        assertThat(page.locator("[data-total]")).hasAttribute("data-total", Integer.toString(expected));
        page.locator("[data-run] a").first().click();
        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("All runs of this list"))
                .click();
        assertThat(search).hasValue("error:rate_limit status:failed duration > 1m");

        search.fill("colour:red");
        assertThat(page.locator(".search-line [role=alert]")).containsText("There is no field “colour”");
    }

    @Test
    void theColumnsAreThoseThatTheReaderChooses(Browsing browsing) {
        Page page = browsing.open("/runs").page();
        assertThat(page.locator("[data-run]").first()).isVisible();
        page.locator(".columns summary").click();

        page.locator("input[name=column-Score]").uncheck();
        page.locator("input[name=column-Began]").uncheck();

        assertThat(page).hasURL(Pattern.compile("hide=Began%2CScore$"));
        assertThat(page.locator(".runs thead")).not().containsText("Score");
        page.reload();
        assertThat(page.locator("[data-run]").first().locator("td")).hasCount(9);
        assertThat(page.locator(".runs thead")).not().containsText("Began");
    }

    @ParameterizedTest
    @CsvSource({"UTC", "America/Los_Angeles"})
    void theTimelineShowsRunsByTriggerAndThoseThatDidNotStart(String timeZone, Browsing browsing) throws Exception {
        String environment = "r" + UUID.randomUUID().toString().substring(0, 12);
        Reporting reporting = new Reporting(browsing.address(), environment);
        Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);
        for (int ago : new int[] {30, 29, 27, 26}) {
            reporting.ended(
                    "success", hour.minus(Duration.ofHours(ago)), "\"triggered_by\": \"cron-" + environment + "\"");
        }
        reporting.ended("success", hour.minus(Duration.ofHours(28)), "\"triggered_by\": \"manual\"");
        GraphQlClient client = new GraphQlClient(port);
        String rule = client.administer("""
                mutation { createAlertRule(rule: {name: "Hourly %1$s", kind: MISSING, timing: {cron: "0 * * * *", graceSeconds: 60},
                    filter: {environments: ["%1$s"], triggers: ["cron-%1$s"]}}) { id } }""".formatted(environment))
                .data("createAlertRule")
                .path("id")
                .stringValue();
        try {
            Visit visit = browsing.open("/runs?period=own&from=" + hour.minus(Duration.ofHours(31)) + "&to="
                    + hour.minus(Duration.ofHours(24)) + "&environment=" + environment + "&tz=" + timeZone);
            visit.panels();

            Panel timeline = visit.panel("runs-by-trigger");
            assertThat(timeline.rows())
                    .extracting(
                            row -> OffsetDateTime.parse(row.get(0)).toInstant(),
                            row -> String.join("", row.subList(1, 4)))
                    .containsExactly(
                            tuple(hour.minus(Duration.ofHours(31)), "000"),
                            tuple(hour.minus(Duration.ofHours(30)), "100"),
                            tuple(hour.minus(Duration.ofHours(29)), "100"),
                            tuple(hour.minus(Duration.ofHours(28)), "011"),
                            tuple(hour.minus(Duration.ofHours(27)), "100"),
                            tuple(hour.minus(Duration.ofHours(26)), "100"),
                            tuple(hour.minus(Duration.ofHours(25)), "010"));
            assertThat(timeline.section().locator("thead th"))
                    .hasText(new String[] {"From", "cron-" + environment, "Did not start", "manual"});
            String last = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm", Locale.UK)
                    .format(hour.minus(Duration.ofHours(25)).atZone(ZoneId.of(timeZone)));
            Locator missing =
                    timeline.section().getByLabel("Runs that did not start").locator("li");
            assertThat(missing).hasCount(2);
            assertThat(missing.first())
                    .hasText(
                            "Did not start: %s, by cron-%s, in %2$s (rule “Hourly %2$s”)".formatted(last, environment));
        } finally {
            client.administer("mutation { deleteAlertRule(id: \"" + rule + "\") { deleted } }");
        }
    }

    @Test
    void anUnknownRunIsSaidToBeUnknown(Browsing browsing) {
        Page page = browsing.open("/runs/00000000-0000-4000-8000-000000000000").page();

        assertThat(page.locator("main")).containsText("No run goes by this id");
    }

    /** At one moment: the rows that are drawn change with the room that the list has. */
    @SuppressWarnings("unchecked")
    private static List<String> ids(Page page) {
        return (List<String>) page.locator("[data-run]").evaluateAll("rows => rows.map(row => row.dataset.run)");
    }

    private JsonNode runs(String key) {
        return new GraphQlClient(port)
                .ask(FAILED, Map.of("order", Map.of("key", key, "direction", "DESC")))
                .data("runs");
    }
}
