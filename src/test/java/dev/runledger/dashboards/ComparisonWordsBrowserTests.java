package dev.runledger.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.runledger.graphql.GraphQlClient;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Whether the pages say for people who are not statisticians what is known, how sure it is, and what to do. */
@BrowserTest
class ComparisonWordsBrowserTests {

    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);
    private static final String PERIOD =
            "?period=own&from=%s&to=%s&tz=UTC".formatted(TODAY.minusDays(720), TODAY.minusDays(11));

    private static final String KNOWN =
            "(?s).*(Better by |Worse by |No difference|Too few runs|Too early to decide|Undecided|The whole does not decide|Every run of a version|Nothing to compare).*";
    private static final String SURE =
            "(?s).*(with 95 % confidence however often one looks|has the same value|the versions' differ|no runs alike|alone is|go on collecting before|Nothing to compare).*";
    private static final String TO_DO =
            "(?s).*(keep it|go back to the baseline|Look at |decide by something else|[Rr]un both |[Gg]o on collecting|collect more|more runs of this kind|Nothing to compare).*";

    @LocalServerPort
    int port;

    @Test
    void everyComparisonSaysWhatIsKnownHowSureAndWhatToDo(Browsing browsing) {
        Panel panel = browsing.open("/prompt-versions" + PERIOD).panel("prompt-comparison");
        assertThat(panel.rows()).isNotEmpty();
        JsonNode compared = new GraphQlClient(port)
                .ask(QueryFiles.query("prompt-comparison"), panel.variables())
                .data("comparePromptVersions");
        Locator verdicts = panel.section().locator("ul.verdicts > li");

        PlaywrightAssertions.assertThat(verdicts)
                .hasCount(compared.path("comparisons").size());
        List<String> texts = verdicts.allTextContents();
        for (int i = 0; i < texts.size(); i++) {
            JsonNode comparison = compared.path("comparisons").path(i);
            assertThat(texts.get(i))
                    .contains(comparison.path("words").stringValue())
                    .matches(KNOWN)
                    .matches(SURE)
                    .matches(TO_DO);
            JsonNode causes = comparison.path("causes");
            if (causes.size() > 1) {
                assertThat(causes.valueStream().map(cause -> cause.path("words").stringValue()))
                        .allMatch(texts.get(i)::contains);
            }
        }
        assertThat(panel.section().textContent())
                .contains(compared.path("caveat").stringValue())
                .doesNotContainIgnoringCase("p-value", "null hypothesis", "significan");
    }

    @Test
    void aTrendSaysHowMuchAWeekAndHowSure(Browsing browsing) {
        Panel panel = browsing.open("/" + PERIOD).panel("approval-trend");

        PlaywrightAssertions.assertThat(panel.section().locator(".verdict").first())
                .containsText("a week");
        assertThat(panel.section().locator(".verdict").first().textContent())
                .containsPattern("percentage points a week|too few|Too few");
    }
}
