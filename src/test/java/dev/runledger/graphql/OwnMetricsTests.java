package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.InvalidReportException;
import dev.runledger.report.ReportReader;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Metrics and dimensions that reporters send themselves: measured as those that are built in. */
@RunledgerTest
class OwnMetricsTests {

    @LocalServerPort
    int port;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    private final JsonMapper json = new JsonMapper();
    private final String environment = "o" + UUID.randomUUID().toString().substring(0, 18);
    private final String metric = "toxicity_" + environment.replace("-", "_");
    private GraphQlClient client;

    @BeforeEach
    void recordTwoRuns() {
        client = new GraphQlClient(port);
        record(
                "2025-05-01T10:00:00Z",
                "{'value': 3, 'of': 49}",
                "{'gpt': {'generated': 10, 'evaluated': 9, 'approved': 7}}");
        record("2025-05-02T10:00:00Z", "{'value': 1, 'of': 51}", "{'gpt': {'generated': 5}, 'grok': {'generated': 2}}");
    }

    private void record(String startedAt, String measured, String models) {
        ledger.record(
                reader.read(json.readTree("""
                {'status': 'success', 'started_at': '%s', 'environment': '%s', 'questions_requested': 50, 'triggered_by': 'manual',
                 'metrics': {'%s': %s}, 'breakdowns': {'model': %s}}""".formatted(startedAt, environment, metric, measured, models)
                        .replace('\'', '"'))),
                null);
    }

    private JsonNode ask(String query) {
        var answer = client.ask("{ "
                + query.replace("FILTER", "filter: {environments: [\"%s\"]}".formatted(environment))
                        .replace("METRIC", "\"%s\"".formatted(metric))
                + " }");
        assertThat(answer.json().has("errors")).as(answer.json().toString()).isFalse();
        return answer.json().path("data");
    }

    @Test
    void anOwnMetricIsPooledTrendedAndGrouped() {
        JsonNode found = ask("""
                summary(FILTER) { estimate(metric: METRIC) { metric value runs numerator denominator } }
                trend(metrics: [METRIC], granularity: DAY, FILTER) { metric points { value } verdict { direction } }
                groups(by: [TRIGGER], metrics: [METRIC], FILTER) { keys runs estimates { value } }""");

        assertThat(found.at("/summary/estimate/metric").asString()).isEqualTo(metric);
        assertThat(found.at("/summary/estimate/value").doubleValue()).isEqualTo(0.04);
        assertThat(found.at("/summary/estimate/runs").longValue()).isEqualTo(2);
        assertThat(found.at("/trend/0/points/0/value").doubleValue()).isEqualTo(3 / 49.0);
        assertThat(found.at("/groups/0/keys/0").asString()).isEqualTo("manual");
        assertThat(found.at("/groups/0/estimates/0/value").doubleValue()).isEqualTo(0.04);
    }

    @Test
    void theCatalogueNamesItWithFirstAndLastSeenAndWhatAnAdministratorSays() {
        assertThat(entry().path("unit").asString()).isEqualTo("NUMBER");
        assertThat(entry().path("firstSeen").asString()).isEqualTo("2025-05-01T10:00:00Z");
        assertThat(entry().path("lastSeen").asString()).isEqualTo("2025-05-02T10:00:00Z");

        String describe = "mutation { describeMetric(metric: \"%s\", unit: SHARE, polarity: LOWER_IS_BETTER) { unit } }"
                .formatted(metric);
        assertThat(client.ask(describe).code()).isEqualTo("FORBIDDEN");
        assertThat(client.post(json.writeValueAsString(Map.of("query", describe)), "X-Service-Key", TestKeys.ADMIN)
                        .data("describeMetric")
                        .path("unit")
                        .asString())
                .isEqualTo("SHARE");

        assertThat(entry().path("unit").asString()).isEqualTo("SHARE");
        assertThat(ask("trend(metrics: [METRIC], FILTER) { unit polarity }")
                        .at("/trend/0/polarity")
                        .asString())
                .isEqualTo("LOWER_IS_BETTER");
    }

    private JsonNode entry() {
        for (JsonNode entry :
                ask("metrics { metric unit polarity firstSeen lastSeen }").path("metrics")) {
            if (entry.path("metric").asString().equals(metric)) {
                return entry;
            }
        }
        throw new AssertionError(metric + " is not listed");
    }

    @Test
    void anOwnDimensionAnswersAllThatProvidersAnswer() {
        JsonNode models = ask("""
                breakdown(dimension: "model", FILTER) {
                  provider runs generated approvalRate estimate(metric: APPROVAL_RATE) { value }
                  trend(metric: PROVIDER_SUCCESS_RATE, granularity: DAY) { points { value } }
                }
                groups(by: [ENVIRONMENT, "model"], metrics: [PROVIDER_SUCCESS_RATE], having: {minRuns: 2}, FILTER) { keys runs }""");

        assertThat(models.at("/breakdown/0/provider").asString()).isEqualTo("gpt");
        assertThat(models.at("/breakdown/0/generated").doubleValue()).isEqualTo(15);
        assertThat(models.at("/breakdown/0/approvalRate").doubleValue()).isEqualTo(7 / 9.0);
        assertThat(models.at("/breakdown/1/runs").longValue()).isEqualTo(1);
        assertThat(models.at("/groups").size()).isEqualTo(1);
        assertThat(models.at("/groups/0/keys/1").asString()).isEqualTo("gpt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'metrics': {'Toxicity': {'value': 1}}                | string_pattern_mismatch",
                "'metrics': {'toxicity': 3}                           | dict_type",
                "'metrics': {'toxicity': {'of': 3}}                   | float_type",
                "'metrics': {'toxicity': {'value': 1, 'of': -1}}      | greater_than_equal",
                "'breakdowns': {'environment': {'a': {}}}             | string_pattern_mismatch",
                "'breakdowns': {'model': {'a': 1}}                    | dict_type",
                "'breakdowns': {'model': {'a': {'generated': -1}}}    | greater_than_equal"
            })
    void whatIsNoMetricOrBreakdownIsRefusedByName(String field, String type) {
        JsonNode report = json.readTree(
                "{'status': 'success', 'started_at': '2025-05-01T10:00:00Z', 'questions_requested': 1, %s}"
                        .formatted(field)
                        .replace('\'', '"'));

        assertThatThrownBy(() -> reader.read(report))
                .isInstanceOfSatisfying(
                        InvalidReportException.class,
                        refused -> assertThat(refused.faults())
                                .anyMatch(fault -> fault.type().equals(type)));
    }
}
