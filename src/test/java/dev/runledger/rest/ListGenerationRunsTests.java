package dev.runledger.rest;

import static dev.runledger.rest.ContractClient.encode;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.LoadedRuns;
import dev.runledger.RunledgerTest;
import dev.runledger.rest.ContractClient.Answer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@RunledgerTest
class ListGenerationRunsTests {

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    private ContractClient client;
    private String environment;

    /** 25 runs, a day apart but for pairs at the same moment; every fifth has neither rate nor duration. */
    @BeforeEach
    void fillAnEnvironment() {
        client = new ContractClient(port);
        environment = "e" + UUID.randomUUID().toString().substring(0, 18);
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, status, questions_requested, overall_success_rate, duration_seconds, environment)
                SELECT gen_random_uuid(),
                       '2026-01-01T00:00:00Z'::timestamptz + i / 2 * interval '1 day',
                       CASE WHEN i % 7 = 0 THEN 'failed' ELSE 'success' END,
                       10,
                       CASE WHEN i % 5 <> 0 THEN (i % 4) / 4.0 END,
                       CASE WHEN i % 5 <> 0 THEN i % 3 END,
                       :environment
                  FROM generate_series(0, 24) i
                """).param("environment", environment).update();
        LoadedRuns.note(jdbc, environment);
    }

    @Test
    void aPageTellsHowManyThereAreAndShowsTheLatestFirst() {
        JsonNode page = list("page_size=10");

        assertThat(List.copyOf(page.propertyNames()))
                .containsExactly("runs", "total", "page", "page_size", "total_pages");
        assertThat(page.get("total").intValue()).isEqualTo(25);
        assertThat(page.get("page").intValue()).isEqualTo(1);
        assertThat(page.get("page_size").intValue()).isEqualTo(10);
        assertThat(page.get("total_pages").intValue()).isEqualTo(3);
        assertThat(page.get("runs").findValuesAsString("started_at"))
                .hasSize(10)
                .isSortedAccordingTo(Comparator.reverseOrder());
    }

    @Test
    void aSummaryHasExactlyTheFieldsOfTheContract() {
        assertThat(List.copyOf(list("page_size=1").get("runs").get(0).propertyNames()))
                .containsExactly(
                        "id",
                        "started_at",
                        "completed_at",
                        "duration_seconds",
                        "status",
                        "questions_requested",
                        "questions_inserted",
                        "overall_success_rate",
                        "approval_rate",
                        "avg_arbiter_score",
                        "total_errors",
                        "total_cost_usd",
                        "environment",
                        "triggered_by");
    }

    @ParameterizedTest
    @CsvSource({
        "started_at,           desc, started_at DESC, id DESC",
        "started_at,           asc,  started_at, id",
        "duration_seconds,     desc, duration_seconds DESC NULLS LAST, id DESC",
        "duration_seconds,     asc,  duration_seconds NULLS LAST, id",
        "overall_success_rate, desc, overall_success_rate DESC NULLS LAST, id DESC",
        "overall_success_rate, asc,  overall_success_rate NULLS LAST, id"
    })
    void pagesConcatenatedAreTheWholeOrder(String sortBy, String sortOrder, String first, String second) {
        for (int size : List.of(1, 3, 7, 20, 21, 100)) {
            List<String> ids = new ArrayList<>();
            for (int page = 1; page <= 26; page++) {
                ids.addAll(
                        list("sort_by=%s&sort_order=%s&page=%d&page_size=%d".formatted(sortBy, sortOrder, page, size))
                                .get("runs")
                                .findValuesAsString("id"));
            }
            assertThat(ids)
                    .as("pages of " + size)
                    .isEqualTo(jdbc.sql(
                                    "SELECT id FROM question_generation_runs WHERE environment = :environment ORDER BY "
                                            + first + ", " + second)
                            .param("environment", environment)
                            .query(String.class)
                            .list());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "status=failed,                                            status = 'failed'",
        "status=running,                                           false",
        "start_date=2026-01-05,                                    started_at >= '2026-01-05Z'",
        "end_date=2026-01-05,                                      started_at <= '2026-01-05Z'",
        "end_date=2026-01-04T23:59:59.999999Z,                     started_at < '2026-01-05Z'",
        "start_date=2026-01-05T02:00:00%2B02:00,                   started_at >= '2026-01-05Z'",
        "start_date=2026-01-05T02:00:00+02:00,                     started_at >= '2026-01-05Z'",
        "start_date=2026-01-04&end_date=2026-01-06,                started_at BETWEEN '2026-01-04Z' AND '2026-01-06Z'",
        "start_date=2026-01-06&end_date=2026-01-04,                false",
        "min_success_rate=0.5,                                     overall_success_rate >= 0.5",
        "max_success_rate=0.5,                                     overall_success_rate <= 0.5",
        "min_success_rate=0.25&max_success_rate=0.25,              overall_success_rate = 0.25",
        "min_success_rate=0.5&max_success_rate=0.25,               false",
        "an_unknown_parameter=1,                                   true"
    })
    void everyFilterKeepsJustTheRunsThatMatch(String query, String condition) {
        JsonNode page = list(query + "&page_size=100");

        List<String> expected = jdbc.sql(
                        "SELECT id FROM question_generation_runs WHERE environment = :environment AND " + condition)
                .param("environment", environment)
                .query(String.class)
                .list();
        assertThat(page.get("runs").findValuesAsString("id")).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(page.get("total").intValue()).isEqualTo(expected.size());
    }

    @Test
    void aPageBeyondTheEndIsEmptyWithTheTrueTotal() {
        for (String page : List.of("3", "1000000000000")) {
            JsonNode beyond = list("page_size=20&page=" + page);

            assertThat(beyond.get("runs").isEmpty()).isTrue();
            assertThat(beyond.get("total").intValue()).isEqualTo(25);
        }
    }

    @Test
    void withoutRunsThereAreNoPages() {
        JsonNode page = list("status=running");

        assertThat(page.get("total").intValue()).isZero();
        assertThat(page.get("total_pages").intValue()).isZero();
    }

    @Test
    void everyBadParameterIsNamedAtOnce() {
        Answer answer = client.get("?page=0&page_size=101&status=done&start_date=yesterday&end_date="
                + encode("2026-13-01") + "&min_success_rate=-0.1&max_success_rate=NaN&sort_by=id&sort_order=up");

        assertThat(answer.status()).isEqualTo(422);
        JsonNode detail = answer.json().get("detail");
        assertThat(detail.valueStream().map(entry -> entry.get("loc").toString()))
                .containsExactlyInAnyOrder(
                        "[\"query\",\"page\"]",
                        "[\"query\",\"page_size\"]",
                        "[\"query\",\"status\"]",
                        "[\"query\",\"start_date\"]",
                        "[\"query\",\"end_date\"]",
                        "[\"query\",\"min_success_rate\"]",
                        "[\"query\",\"max_success_rate\"]",
                        "[\"query\",\"sort_by\"]",
                        "[\"query\",\"sort_order\"]");
        assertThat(detail.valueStream()).allMatch(entry -> entry.has("msg") && entry.has("type") && entry.size() == 3);
    }

    private JsonNode list(String query) {
        Answer answer = client.get("?environment=" + environment + "&" + query);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }
}
