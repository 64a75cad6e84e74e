package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Locator.ClickOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.KeyboardModifier;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From a figure to the runs behind it, and back to where one was. */
@BrowserTest
class RunsBehindFiguresBrowserTests {

    private static final String VIEW = "?period=365d&environment=staging&tz=Asia/Tokyo";
    private static final String SAME_VIEW = "/runs\\?.*tz=Asia%2FTokyo&environment=staging.*";

    @ParameterizedTest
    @CsvSource({
        "/,                approval-trend,       period=own&from=.*&to=.*",
        "/,                runs-by-status,       period=own&from=.*&to=.*&status=[A-Z_]+",
        "/,                funnel,               order=OVERALL_SUCCESS_RATE",
        "/,                error-categories,     category=[a-z_]+",
        "/failures,        failures-by-category, category=[a-z_]+",
        "/failures,        failures-by-provider, provider=[a-z]+",
        "/providers,       provider-rates,       provider=[a-z]+",
        "/providers,       provider-trend,       provider=[a-z]+",
        "/prompt-versions, prompt-version-rates, prompt=v[0-9.]+"
    })
    void aClickOnAChartLeadsToTheRunsBehindItInTheSameView(
            String path, String panel, String narrowed, Browsing browsing) {
        Visit visit = browsing.open(path + VIEW);
        visit.panels();

        visit.panel(panel).section().locator(".chart").click();

        assertThat(visit.page().locator("h1")).hasText("Runs");
        assertThat(visit.page()).hasURL(Pattern.compile(SAME_VIEW));
        assertThat(visit.page().url()).containsPattern(narrowed);
        assertThat(visit.page().locator("[data-run]").first()).isVisible();
    }

    @ParameterizedTest
    @CsvSource({"UTC", "America/Los_Angeles"})
    void aCountIsThatOfTheRunsThatItLeadsTo(String timeZone, Browsing browsing) {
        Visit visit = browsing.open("/?period=90d&environment=production&tz=" + timeZone);
        visit.panels();
        Locator section = visit.panel("runs-by-status").section();
        section.locator("summary").click();
        Locator failed = section.locator("tbody td:nth-child(4) a").first();
        String count = failed.textContent();

        failed.click();

        assertThat(visit.page().locator("[data-total]")).hasAttribute("data-total", count);
        assertThat(visit.page().locator("[data-run]")).hasCount(Integer.parseInt(count));
        assertThat(visit.page().locator("[data-run] .dot.failed")).hasCount(Integer.parseInt(count));
    }

    @ParameterizedTest
    @CsvSource({
        "/failures,  failures-by-category, FailuresByCategory, errorCategories",
        "/providers, provider-rates,       ProviderRates,      providers",
        "/,          success-trend,        SuccessTrend,       from"
    })
    void theQueryOfAFigureOpensNarrowedToWhatWasClickedAndAlreadyRun(
            String path, String panel, String query, String narrowedBy, Browsing browsing) {
        Visit visit = browsing.open(path + VIEW);
        visit.panels();
        visit.panel(panel).section().locator(".chart").click();
        assertThat(visit.page().locator("[data-run]").first()).isVisible();

        visit.page()
                .getByRole(AriaRole.LINK, new GetByRoleOptions().setName(Pattern.compile("^Query of")))
                .click();

        assertIsRun(visit.page(), query, narrowedBy);
    }

    @ParameterizedTest
    @CsvSource({
        "/failures,  failures-by-category, .chart,   FailuresByCategory, errorCategories",
        "/providers, providers,            tbody a,  Providers,          providers",
        "/,          success-trend,        .chart,   SuccessTrend,       from"
    })
    void withAltOneClickOpensTheQueryNarrowedAndAlreadyRun(
            String path, String panel, String clicked, String query, String narrowedBy, Browsing browsing) {
        Visit visit = browsing.open(path + VIEW);
        visit.panels();

        visit.panel(panel)
                .section()
                .locator(clicked)
                .first()
                .click(new ClickOptions().setModifiers(List.of(KeyboardModifier.ALT)));

        assertIsRun(visit.page(), query, narrowedBy);
    }

    private static void assertIsRun(Page page, String query, String narrowedBy) {
        assertThat(page.locator(".graphiql-query-editor .view-lines")).containsText(query);
        assertThat(page.locator(".result-window .view-lines")).containsText("\"data\"");
        JsonNode filter = JsonMapper.shared()
                .readTree(page.evaluate("new URLSearchParams(location.search).get('variables')")
                        .toString())
                .path("filter");
        assertThat(filter.path("environments").path(0).asString()).isEqualTo("staging");
        assertThat(filter.path(narrowedBy).isMissingNode()).as("%s", filter).isFalse();
    }

    @Test
    void aClickWithTheControlKeyOpensThemBesideThePage(Browsing browsing) {
        Visit visit = browsing.open("/?environment=production");
        visit.panels();
        Locator chart = visit.panel("error-categories").section().locator(".chart");

        Page other = visit.page()
                .context()
                .waitForPage(() -> chart.click(new ClickOptions().setModifiers(List.of(KeyboardModifier.CONTROL))));

        assertThat(other).hasURL(Pattern.compile("/runs\\?.*category="));
        assertThat(other.locator("[data-run]").first()).isVisible();
        assertThat(visit.page().locator("h1")).hasText("Overview");
    }

    @Test
    void whoComesBackFindsThePageWhereItWasLeft(Browsing browsing) {
        Visit visit = browsing.open("/?period=90d&environment=production");
        visit.panels();
        Page page = visit.page();
        visit.panel("error-categories").section().locator(".chart").scrollIntoViewIfNeeded();
        Object top = page.evaluate("scrollY");
        visit.panel("error-categories").section().locator(".chart").click();
        assertThat(page.locator("[data-run]").first()).isVisible();
        assertThat(page.evaluate("scrollY")).isEqualTo(0);

        page.goBack();

        assertThat(page.locator("h1")).hasText("Overview");
        visit.panels();
        page.waitForFunction("top => Math.abs(scrollY - top) < 2", top);
    }

    @Test
    void theListIsAsItWasAfterARunAndTheRunsBesideIt(Browsing browsing) {
        Visit visit = browsing.open("/runs?period=all&environment=production&status=SUCCESS&tz=Asia/Tokyo");
        Page page = visit.page();
        assertThat(page.locator("[data-run]").first()).isVisible();
        page.locator(".runs").evaluate("list => list.scrollTo(0, 1440)");
        Locator opened = page.locator("tr[aria-rowindex='35']");
        String run = opened.getAttribute("data-run");
        String before = page.locator("tr[aria-rowindex='36']").getAttribute("data-run");
        opened.locator("a").click();
        assertThat(page).hasURL(Pattern.compile("/runs/" + run + "\\?.*status=SUCCESS"));

        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Previous run"))
                .click();
        assertThat(page).hasURL(Pattern.compile("/runs/" + before + "\\?period=all.*tz=Asia.*status=SUCCESS"));
        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Next run"))
                .click();
        assertThat(page).hasURL(Pattern.compile("/runs/" + run + "\\?"));
        page.goBack();
        page.goBack();
        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("All runs of this list"))
                .click();

        assertThat(page).hasURL(Pattern.compile("/runs\\?period=all&.*status=SUCCESS"));
        assertThat(page.locator("tr[aria-rowindex='35']")).hasAttribute("data-run", run);
        assertThat(page.locator(".runs").evaluate("list => list.scrollTop")).isEqualTo(1440);
    }
}
