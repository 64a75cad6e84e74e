package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Locator.ClickOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.KeyboardModifier;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever clicks on a chart lands in GraphiQL, with the very query behind it. */
@BrowserTest
class ChartsBrowserTests {

    private static final Pattern GRAPHIQL = Pattern.compile("/graphiql\\?");

    @ParameterizedTest
    @CsvSource({
        "/,                approval-trend,       .chart,   ApprovalTrend",
        "/,                funnel,               .chart,   Funnel",
        "/,                runs-by-status,       .chart,   RunsByStatus",
        "/,                key-figures,          .figures, KeyFigures",
        "/providers,       provider-rates,       .chart,   ProviderRates",
        "/prompt-versions, prompt-version-rates, .chart,   PromptVersionRates"
    })
    void aClickOpensTheQueryWithTheVariablesOfTheView(
            String path, String panel, String figures, String query, Browsing browsing) {
        Visit visit = browsing.open(path + "?period=365d&environment=staging");
        visit.panels();

        visit.panel(panel).section().locator(figures).click();

        assertThat(visit.page()).hasURL(GRAPHIQL);
        assertThat(visit.page().locator(".graphiql-query-editor .view-lines")).containsText("query " + query);
        assertThat(visit.page().locator(".graphiql-editor-tool .view-lines").first())
                .containsText("staging");
    }

    @Test
    void aClickWithTheControlKeyOpensItBesideThePage(Browsing browsing) {
        Visit visit = browsing.open("/");
        visit.panels();
        Locator chart = visit.panel("funnel").section().locator(".chart");

        Page other = visit.page()
                .context()
                .waitForPage(() -> chart.click(new ClickOptions().setModifiers(List.of(KeyboardModifier.CONTROL))));

        assertThat(other).hasURL(GRAPHIQL);
        assertThat(visit.page()).hasURL(browsing.address() + "/");
    }

    @Test
    void theLegendHidesASeriesAndNothingElse(Browsing browsing) {
        Visit visit = browsing.open("/?period=365d");
        visit.panels();
        Locator chart = visit.panel("runs-by-status").section().locator(".chart");
        byte[] before = chart.screenshot();

        chart.click(new ClickOptions().setPosition(25, 9));

        assertThat(chart.screenshot()).isNotEqualTo(before);
        assertThat(visit.page()).hasURL(Pattern.compile("/\\?period=365d$"));
        assertThat(visit.page().locator("h1")).hasText("Overview");
    }

    @Test
    void aPointerOnTheChartStillGetsItsFigures(Browsing browsing) {
        Visit visit = browsing.open("/?period=365d");
        visit.panels();
        Locator chart = visit.panel("approval-trend").section().locator(".chart");

        chart.hover();

        assertThat(chart).containsText("runs");
        assertThat(chart).hasCSS("cursor", "pointer");
    }
}
