package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.runledger.graphql.GraphQlClient;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

@BrowserTest
class FiltersBrowserTests {

    @LocalServerPort
    int port;

    @ParameterizedTest
    @CsvSource({
        "Environment,    staging,   environment=staging, environments",
        "Trigger,        manual,    trigger=manual,      triggers",
        "Prompt version, v2.1,      prompt=v2.1,         promptVersions"
    })
    void aFilterChangesTheAddressAndTheFigures(
            String label, String choice, String parameter, String field, Browsing browsing) {
        Visit visit = browsing.open("/?period=all");
        String all = finishedRuns(visit);

        visit.choose(label, choice);

        assertThat(visit.page()).hasURL(Pattern.compile("&" + parameter.replace(".", "\\.") + "$"));
        assertThat(finishedRuns(visit)).isNotEqualTo(all).isEqualTo(counted(Map.of(field, List.of(choice))));
    }

    @Test
    void aPeriodChangesTheAddressAndTheFigures(Browsing browsing) {
        Visit visit = browsing.open("/");

        visit.page().getByLabel("Period").selectOption("365d");

        assertThat(visit.page()).hasURL(Pattern.compile("period=365d$"));
        assertThat(finishedRuns(visit)).isEqualTo(counted(Map.of("lastDays", 365)));
    }

    @Test
    void theAddressAloneShowsTheSameToAnother(Browsing browsing) {
        Visit visit = browsing.open("/?period=all");
        Page page = visit.page();
        visit.choose("Environment", "staging", "development");
        page.getByLabel("Time zone").selectOption("America/New_York");
        assertThat(page).hasURL(Pattern.compile("tz=America"));
        String shared = page.url().substring(browsing.address().length());

        Visit other = browsing.open(shared);

        assertThat(shared).contains("environment=staging&environment=development");
        assertThat(finishedRuns(other)).isEqualTo(counted(Map.of("environments", List.of("staging", "development"))));
        assertThat(other.page().getByLabel("Time zone")).hasValue("America/New_York");
    }

    @Test
    void theWayBackLeadsThroughTheViews(Browsing browsing) {
        Visit visit = browsing.open("/?period=all");
        String all = finishedRuns(visit);
        visit.choose("Environment", "staging");
        assertThat(visit.page()).hasURL(Pattern.compile("environment=staging$"));

        visit.page().goBack();

        assertThat(visit.page().getByLabel("Environment: All")).isVisible();
        assertThat(finishedRuns(visit)).isEqualTo(all);
    }

    private static String finishedRuns(Visit visit) {
        return visit.panel("key-figures").row("Finished runs").get(1);
    }

    private String counted(Map<String, Object> filter) {
        return new GraphQlClient(port)
                .ask(
                        "query ($filter: RunFilter) {summary(filter: $filter) {runs {finished}}}",
                        Map.of("filter", filter))
                .data("summary")
                .at("/runs/finished")
                .asString();
    }
}
