package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@BrowserTest
class GraphiQlBrowserTests {

    private static final Pattern RUN_THE_QUERY = Pattern.compile("^Execute query.*");

    private static final String QUERY = ".graphiql-query-editor .view-lines";

    @Test
    void aQueryIsRunWithTheKeyOfTheDashboards(Browsing browsing) {
        Page page = browsing.open("/graphiql").page();

        // Until the editor has read its query, there is nothing to run.
        assertThat(page.locator(QUERY)).containsText("{");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(RUN_THE_QUERY))
                .click();

        assertThat(page.locator(".result-window")).containsText("\"data\"");
    }

    @Test
    void aPanelsLinkOpensItsQueryWithTheVariablesOfTheView(Browsing browsing) {
        Visit visit = browsing.open("/?period=365d&environment=staging");
        Page page = visit.page();
        visit.panels();

        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Open Pipeline funnel in GraphiQL"))
                .click();
        assertThat(page.locator(QUERY)).containsText("query Funnel");
        assertThat(page.locator(".graphiql-editor-tool .view-lines").first()).containsText("staging");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(RUN_THE_QUERY))
                .click();
        assertThat(page.locator(".result-window")).containsText("\"questionsRequested\"");
    }

    @Test
    void everyReadyQuestionIsAnswered(Browsing browsing) {
        Page page = browsing.open("/graphiql").page();
        assertThat(page.locator(QUERY)).containsText("query");
        Locator tabs = page.locator(".graphiql-tab");
        assertThat(tabs.count()).isGreaterThan(7);

        for (int i = 0; i < 7; i++) {
            tabs.nth(i).locator("button").first().click();
            page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(RUN_THE_QUERY))
                    .click();
            assertThat(page.locator(".result-window")).containsText("\"data\"");
            assertThat(page.locator(".result-window")).not().containsText("\"errors\"");
        }
    }
}
