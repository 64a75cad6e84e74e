package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import dev.runledger.dashboards.Browsing.Screen;
import dev.runledger.graphql.GraphQlClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A link shows one page over the runs that it was made for, and its key reads nothing else. */
@BrowserTest
class SharedViewBrowserTests {

    private static final String SHARE = """
            mutation ($page: String!, $filter: RunFilter!, $name: String!, $expiresAt: DateTime!) {
              createSharedView(page: $page, filter: $filter, name: $name, expiresAt: $expiresAt) { key }
            }""";

    private static final String ASK = """
            ({body, accept}) => fetch('graphql', {method: 'POST', body, headers: {'Content-Type': 'application/json', Accept: accept}})
                .then(answer => answer.text())""";

    private final String environment = "s" + UUID.randomUUID().toString().substring(0, 12);

    private GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new GraphQlClient(port);
    }

    @Test
    void itsQueriesAreNarrowedToTheRunsOfTheLinkWhateverIsAsked(Browsing browsing) throws Exception {
        Reporting reporting = new Reporting(browsing.address(), environment);
        reporting.ended("failed", Instant.now(), errors("of_the_link"));
        reporting.ended("failed", Instant.now().minus(Duration.ofDays(40)), errors("too_early"));
        new Reporting(browsing.address(), "other").ended("failed", Instant.now(), errors("elsewhere"));
        Visit guest = guest(browsing, "failures", Map.of("lastDays", 7, "environments", List.of(environment)));
        assertThat(guest.panel("error-categories").rows())
                .extracting(row -> row.get(0))
                .containsExactly("of_the_link");
        assertThat(guest.page().locator("nav[aria-label=Pages] li")).hasCount(1);

        Request asked = guest.questions().stream()
                .filter(request -> request.postData().contains("query FailuresPage"))
                .findFirst()
                .orElseThrow();
        for (Object filter : new Object[] {
            Map.of(),
            Map.of("environments", List.of("other")),
            Map.of("from", "2000-01-01T00:00:00Z"),
            Map.of("lastDays", 3000)
        }) {
            JsonNode answer = ask(guest.page(), asked, filter);

            assertThat(answer.at("/data/errorCategories")
                            .valueStream()
                            .map(each -> each.path("key").asString()))
                    .as("%s", filter)
                    .containsExactly("of_the_link");
            assertThat(answer.at("/data/environmentChoices")
                            .valueStream()
                            .map(each -> each.path("key").asString()))
                    .containsExactly(environment);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ summary { runs { total } } }",
                "{ runs(first: 1) { nodes { id } } }",
                "subscription { runChanged { kind } }",
                "mutation { createServiceKey(name: \"mine\", role: ANALYST) { key } }"
            })
    void nothingElseIsAnswered(String document, Browsing browsing) {
        Visit guest = guest(browsing, "failures", Map.of("environments", List.of(environment)));
        Page page = guest.page();
        String body = JsonMapper.shared().writeValueAsString(Map.of("query", document));

        for (String accept : List.of("application/json", "text/event-stream")) {
            assertThat(page.evaluate(ASK, Map.of("body", body, "accept", accept))
                            .toString())
                    .contains("FORBIDDEN")
                    .doesNotContain("\"data\":{");
        }
        for (String path : List.of(
                "v1/admin/generation-runs",
                "v1/admin/generation-runs/export",
                "graphql?query=%7Bsummary%7Bruns%7Btotal%7D%7D%7D")) {
            assertThat(page.evaluate("path => fetch(path).then(answer => answer.text())", path)
                            .toString())
                    .containsAnyOf("This key may not", "FORBIDDEN");
        }
        // Whatever a browser is refused, it reports.
        guest.forgetComplaints();
    }

    private Visit guest(Browsing browsing, String page, Map<String, Object> filter) {
        String key = client.administer(
                        SHARE,
                        Map.of(
                                "page",
                                page,
                                "filter",
                                filter,
                                "name",
                                "link " + UUID.randomUUID(),
                                "expiresAt",
                                Instant.now().plus(Duration.ofDays(1)).toString()))
                .data("createSharedView")
                .path("key")
                .stringValue();
        Visit guest = browsing.openAt(browsing.address(), "/" + page + "#key=" + key, Screen.LIGHT);
        guest.panels();
        return guest;
    }

    private static JsonNode ask(Page page, Request asked, Object filter) {
        Map<String, Object> variables = Map.of("filter", filter, "period", filter, "timeZone", "UTC");
        String query =
                JsonMapper.shared().readTree(asked.postData()).path("query").stringValue();
        String body = JsonMapper.shared().writeValueAsString(Map.of("query", query, "variables", variables));
        return JsonMapper.shared()
                .readTree(page.evaluate(ASK, Map.of("body", body, "accept", "application/json"))
                        .toString());
    }

    private static String errors(String category) {
        return "\"error_summary\": {\"by_category\": {\"%s\": 1}}".formatted(category);
    }
}
