package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import dev.runledger.dashboards.Browsing.Screen;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@BrowserTest
class GraphiQlBrowserTests {

    private static final Pattern RUN_THE_QUERY = Pattern.compile("^Execute query.*");

    private static final String QUERY = ".graphiql-query-editor .view-lines";
    private static final String VARIABLES = ".graphiql-editor-tool .view-lines >> nth=0";
    private static final String RESULT = ".result-window";

    @Test
    void aQueryIsRunWithTheKeyOfTheDashboards(Browsing browsing) {
        Page page = browsing.open("/graphiql").page();

        // Until the editor has read its query, there is nothing to run.
        assertThat(page.locator(QUERY)).containsText("{");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(RUN_THE_QUERY))
                .click();

        assertThat(page.locator(RESULT)).containsText("\"data\"");
    }

    @Test
    void aPanelsLinkOpensItsQueryWithTheVariablesOfTheView(Browsing browsing) {
        Visit visit = browsing.open("/?period=365d&environment=staging");
        Page page = visit.page();
        visit.panels();

        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Open Pipeline funnel in GraphiQL"))
                .click();
        assertThat(page.locator(QUERY)).containsText("query Funnel");
        assertThat(page.locator(VARIABLES)).containsText("staging");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(RUN_THE_QUERY))
                .click();
        assertThat(page.locator(RESULT)).containsText("\"questionsRequested\"");
    }

    @Test
    void theVariablesOfALinkAreShownToWhoeverHasShutThem(Browsing browsing) {
        Page page = browsing.open("/graphiql?query=funnel").page();
        assertThat(page.locator(VARIABLES)).isInViewport();
        BoundingBox bar = page.locator(".graphiql-editor-tools").boundingBox();
        page.mouse().move(bar.x + bar.width / 2, bar.y + bar.height / 2);
        page.mouse().down();
        page.mouse().move(bar.x + bar.width / 2, bar.y + 1_000);
        page.mouse().up();
        assertThat(page.locator(VARIABLES)).not().isInViewport();
        // The editor takes a while to write down what it remembers.
        page.waitForFunction("() => localStorage.getItem('graphiql:secondaryEditorFlex') === 'hide-second'");

        page.reload();

        assertThat(page.locator(VARIABLES)).isInViewport();
    }

    @Test
    void onAPhoneTheAnswerIsBelowTheQueryAndAsWide(Browsing browsing) {
        Page page = browsing.open("/graphiql", Screen.PHONE).page();
        assertThat(page.locator(QUERY)).containsText("{");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(RUN_THE_QUERY))
                .click();
        assertThat(page.locator(RESULT)).containsText("\"data\"");

        BoundingBox query = page.locator(".graphiql-query-editor").boundingBox();
        BoundingBox result = page.locator(RESULT).boundingBox();
        assertThat(result.y).isGreaterThan(query.y + query.height);
        assertThat(List.of(query.width, result.width))
                .allSatisfy(width -> assertThat(width).isGreaterThan(300));
    }

    @Test
    void everyReadyQuestionIsAnswered(Browsing browsing) {
        Page page = browsing.open("/graphiql").page();
        assertThat(page.locator(QUERY)).containsText("query");
        Locator menu = page.getByRole(AriaRole.COMBOBOX, new GetByRoleOptions().setName("Ready queries"));
        menu.click();
        assertThat(page.getByRole(AriaRole.OPTION).nth(7)).isVisible();

        for (int i = 0; i < 7; i++) {
            menu.click();
            page.getByRole(AriaRole.OPTION).nth(i).click();
            assertThat(page.locator(RESULT)).not().containsText("\"data\"");
            page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(RUN_THE_QUERY))
                    .click();
            assertThat(page.locator(RESULT)).containsText("\"data\"");
            assertThat(page.locator(RESULT)).not().containsText("\"errors\"");
        }
    }

    @Test
    void aReadyQueryIsFoundByItsWordsAndRunByKeysFromAnywhere(Browsing browsing) {
        Page page = browsing.open("/graphiql").page();
        assertThat(page.locator(QUERY)).containsText("query");
        Locator menu = page.getByRole(AriaRole.COMBOBOX, new GetByRoleOptions().setName("Ready queries"));

        menu.fill("rate limit");
        assertThat(page.getByRole(AriaRole.OPTION).first()).isVisible();
        menu.fill("duplicateRate");
        menu.press("ArrowDown");
        menu.press("Enter");
        assertThat(menu).hasAttribute("aria-expanded", "false");
        assertThat(page.locator(QUERY)).containsText("duplicateRate");

        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Runledger's dashboards"))
                .focus();
        page.keyboard().press("Control+Enter");
        assertThat(page.locator(RESULT)).containsText("\"data\"");
    }

    @Test
    void aPanelsQueryIsRunAsItIsOpenedAndAnEditedOneIsShared(Browsing browsing) {
        Visit visit = browsing.open("/graphiql?query=key-figures");
        Page page = visit.page();
        assertThat(page.locator(RESULT)).containsText("\"data\"");

        page.locator(".graphiql-query-editor textarea").first().focus();
        page.keyboard().press("Control+A");
        page.keyboard().insertText("{ mine: __typename }");
        assertThat(page.locator(QUERY)).containsText("{ mine: __typename }");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Share query"))
                .click();
        assertThat(page).hasURL(Pattern.compile("/graphiql#query=.*mine"));
        String link = page.url();

        Page other = browsing.open("/runs").page();
        assertThat(other.locator("[data-run]").first()).isVisible();
        other.navigate(link);
        assertThat(other.locator(QUERY)).containsText("{ mine: __typename }");
        assertThat(other.locator(RESULT)).not().containsText("data");
    }
}
