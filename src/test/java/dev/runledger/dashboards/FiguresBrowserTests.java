package dev.runledger.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.runledger.graphql.GraphQlClient;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** What a page shows is what GraphQL answers, to the last digit. */
@BrowserTest
class FiguresBrowserTests {

    /** Days that are over, so that page and test see the same runs. */
    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);

    private static final String PERIOD =
            "?period=own&from=%s&to=%s&tz=UTC".formatted(TODAY.minusDays(100), TODAY.minusDays(11));
    private static final Map<String, Object> FILTER =
            Map.of("from", TODAY.minusDays(100) + "T00:00:00Z", "to", TODAY.minusDays(10) + "T00:00:00Z");
    private static final Map<String, Object> BEFORE =
            Map.of("from", TODAY.minusDays(190) + "T00:00:00Z", "to", TODAY.minusDays(100) + "T00:00:00Z");

    /** What the page itself computes, from the runs of the answer: pairs.test.ts has its numbers. */
    private static final String COMPUTED = "provider-pair";

    @LocalServerPort
    int port;

    @ParameterizedTest
    @ValueSource(strings = {"/", "/providers", "/prompt-versions", "/failures"})
    void everyFigureOfAPanelIsInTheAnswerToItsQuery(String path, Browsing browsing) {
        for (Panel panel : browsing.open(path + PERIOD).panels()) {
            if (panel.name().equals(COMPUTED)) {
                continue;
            }
            Answer answer = new GraphQlClient(port).ask(QueryFiles.query(panel.name()), panel.variables());

            assertThat(numbers(panel)).as("figures of %s", panel.name()).isSubsetOf(numbers(answer.json()));
        }
    }

    @Test
    void theKeyFiguresAreTheSummaryOfThePeriodAndOfTheOneBefore(Browsing browsing) {
        Panel panel = browsing.open("/" + PERIOD).panel("key-figures");
        JsonNode now = summary(FILTER);
        JsonNode before = summary(BEFORE);

        Map.of(
                        "Finished runs", "/runs/finished",
                        "Approval rate", "/approvalRate",
                        "Arbiter score", "/arbiterScore/mean",
                        "Questions inserted", "/counts/questionsInserted",
                        "Cost per inserted question", "/usage/costPerInsertedQuestion",
                        "Median duration", "/duration/p50")
                .forEach((name, field) -> assertThat(
                                panel.row(name).stream().skip(1).map(Double::valueOf))
                        .as(name)
                        .containsExactly(
                                now.at(field).doubleValue(), before.at(field).doubleValue()));
    }

    @Test
    void theTrendIsTheServersPointByPoint(Browsing browsing) {
        Panel panel = browsing.open("/" + PERIOD).panel("approval-trend");
        String query =
                "query ($filter: RunFilter) {trend(metrics: [APPROVAL_RATE], filter: $filter) {points {startsAt value runs}}}";
        JsonNode points = new GraphQlClient(port)
                .ask(query, Map.of("filter", FILTER))
                .data("trend")
                .at("/0/points");

        assertThat(panel.rows())
                .extracting(row -> row.get(0), row -> number(row.get(1)), row -> number(row.get(4)))
                .containsExactlyElementsOf(points.valueStream()
                        .map(point -> tuple(
                                point.path("startsAt").stringValue(),
                                number(point.path("value").asString("")),
                                number(point.path("runs").asString())))
                        .toList());
    }

    @Test
    void aVerdictSaysWhatItLookedAt(Browsing browsing) {
        Visit visit = browsing.open("/?period=all");

        PlaywrightAssertions.assertThat(visit.panel("approval-trend").section().locator(".verdict"))
                .containsText(Pattern.compile("steadily over [\\d,]+ (runs|weeks) .* percentage points a week"));
    }

    private JsonNode summary(Map<String, Object> filter) {
        String query = """
                query ($filter: RunFilter) {
                  summary(filter: $filter) {
                    runs {finished} approvalRate arbiterScore {mean} counts {questionsInserted}
                    usage {costPerInsertedQuestion} duration {p50}
                  }
                }""";
        return new GraphQlClient(port).ask(query, Map.of("filter", filter)).data("summary");
    }

    private static TreeSet<Double> numbers(Panel panel) {
        TreeSet<Double> numbers = new TreeSet<>();
        for (List<String> row : panel.rows()) {
            row.stream()
                    .map(FiguresBrowserTests::number)
                    .filter(number -> number != null)
                    .forEach(numbers::add);
        }
        return numbers;
    }

    private static TreeSet<Double> numbers(JsonNode answer) {
        TreeSet<Double> numbers = new TreeSet<>();
        nodes(answer).forEach(node -> {
            if (node.isNumber()) {
                numbers.add(node.doubleValue());
            } else if (node.has("numerator") && node.has("denominator")) {
                // What a rate leaves over is shown, too: of generated and asked for, the failures.
                numbers.add(node.path("denominator").doubleValue()
                        - node.path("numerator").doubleValue());
            }
        });
        return numbers;
    }

    private static Stream<JsonNode> nodes(JsonNode node) {
        return Stream.concat(Stream.of(node), node.valueStream().flatMap(FiguresBrowserTests::nodes));
    }

    private static @Nullable Double number(String text) {
        return text.matches("-?\\d+(\\.\\d+)?(e-?\\d+)?") ? Double.valueOf(text) : null;
    }
}
