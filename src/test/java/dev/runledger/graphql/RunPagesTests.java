package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.graphql.ExecutionGraphQlService;
import org.springframework.graphql.ResponseError;
import org.springframework.graphql.test.tester.ExecutionGraphQlServiceTester;
import org.springframework.graphql.test.tester.GraphQlTester;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Walks through lists page by page, and compares with what PostgreSQL sorts. */
@RunledgerTest
class RunPagesTests {

    private static final Map<String, String> COLUMNS = Map.of(
            "STARTED_AT", "started_at",
            "DURATION", "duration_seconds",
            "OVERALL_SUCCESS_RATE", "overall_success_rate",
            "APPROVAL_RATE", "approval_rate",
            "ARBITER_SCORE", "avg_arbiter_score",
            "ERRORS", "total_errors",
            "COST", "total_cost_usd");

    private static final String QUERY = """
            query ($environment: String!, $key: RunOrderKey!, $direction: OrderDirection!,
                   $first: Int, $after: String, $last: Int, $before: String) {
              runs(filter: {environments: [$environment]}, orderBy: {key: $key, direction: $direction},
                   first: $first, after: $after, last: $last, before: $before) {
                totalCount
                nodes { id }
                pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
              }
            }
            """;

    @Autowired
    JdbcClient jdbc;

    private final GraphQlTester graphQl;
    private String environment;

    RunPagesTests(@Autowired ExecutionGraphQlService service) {
        graphQl = ExecutionGraphQlServiceTester.create(service);
    }

    /** 60 runs with few different values, so that there are ties, and none for every fourth. */
    @BeforeEach
    void fillAnEnvironment() {
        environment = "p" + UUID.randomUUID().toString().substring(0, 18);
        insert(60);
    }

    static Stream<Arguments> everyOrder() {
        return COLUMNS.keySet().stream()
                .sorted()
                .flatMap(key -> Stream.of(Arguments.of(key, "ASC"), Arguments.of(key, "DESC")));
    }

    @ParameterizedTest
    @MethodSource("everyOrder")
    void pagesConcatenatedAreTheWholeOrderForwardAndBackward(String key, String direction) {
        List<String> expected = sorted(key, direction);
        Random random = new Random(key.hashCode() + direction.hashCode());

        assertThat(walk(key, direction, "first", random)).isEqualTo(expected);
        assertThat(walk(key, direction, "last", random)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("everyOrder")
    void runsRecordedMeanwhileDisturbNoPage(String key, String direction) {
        List<String> before = sorted(key, direction);
        List<String> seen = new ArrayList<>();
        String cursor = null;
        boolean more = true;
        while (more) {
            GraphQlTester.Response page = page(key, direction, "first", 7, cursor);
            seen.addAll(ids(page));
            insert(3);
            cursor = page.path("runs.pageInfo.endCursor").entity(String.class).get();
            more = page.path("runs.pageInfo.hasNextPage").entity(Boolean.class).get();
        }

        assertThat(seen).doesNotHaveDuplicates();
        assertThat(seen.stream().filter(before::contains)).containsExactlyElementsOf(before);
        assertThat(sorted(key, direction).stream().filter(new LinkedHashSet<>(seen)::contains))
                .containsExactlyElementsOf(seen);
    }

    @Test
    void theTotalIgnoresPagination() {
        page("COST", "ASC", "first", 1, null)
                .path("runs.totalCount")
                .entity(Integer.class)
                .isEqualTo(60);
        page("COST", "ASC", "last", 100, null)
                .path("runs.totalCount")
                .entity(Integer.class)
                .isEqualTo(60);
    }

    @Test
    void aCursorIsGoodForItsOwnOrderAndFilterOnly() {
        String cursor = page("COST", "ASC", "first", 1, null)
                .path("runs.pageInfo.endCursor")
                .entity(String.class)
                .get();

        assertRefused(variables("COST", "DESC", "first", 1, cursor));
        assertRefused(variables("ERRORS", "ASC", "first", 1, cursor));
        assertRefused(variables("COST", "ASC", "first", 1, cursor.substring(1)));
        assertRefused(variables("COST", "ASC", "first", 1, "nonsense"));
        environment = "another";
        assertRefused(variables("COST", "ASC", "first", 1, cursor));
    }

    @Test
    void aPageIsAskedForInOneWay() {
        assertRefused(Map.of("environment", environment, "key", "COST", "direction", "ASC", "first", 1, "last", 1));
        assertRefused(Map.of("environment", environment, "key", "COST", "direction", "ASC", "first", -1));
    }

    private List<String> walk(String key, String direction, String way, Random random) {
        List<List<String>> pages = new ArrayList<>();
        String cursor = null;
        boolean more = true;
        boolean forward = way.equals("first");
        while (more) {
            GraphQlTester.Response page = page(key, direction, way, 1 + random.nextInt(25), cursor);
            pages.add(ids(page));
            cursor = page.path(forward ? "runs.pageInfo.endCursor" : "runs.pageInfo.startCursor")
                    .entity(String.class)
                    .get();
            more = page.path(forward ? "runs.pageInfo.hasNextPage" : "runs.pageInfo.hasPreviousPage")
                    .entity(Boolean.class)
                    .get();
            page.path(forward ? "runs.pageInfo.hasPreviousPage" : "runs.pageInfo.hasNextPage")
                    .entity(Boolean.class)
                    .isEqualTo(pages.size() > 1);
        }
        if (!forward) {
            Collections.reverse(pages);
        }
        return pages.stream().flatMap(List::stream).toList();
    }

    private GraphQlTester.Response page(String key, String direction, String way, int size, String cursor) {
        return ask(variables(key, direction, way, size, cursor)).execute();
    }

    private GraphQlTester.Request<?> ask(Map<String, Object> variables) {
        GraphQlTester.Request<?> request = graphQl.document(QUERY);
        variables.forEach(request::variable);
        return request;
    }

    private Map<String, Object> variables(String key, String direction, String way, int size, String cursor) {
        Map<String, Object> variables =
                new HashMap<>(Map.of("environment", environment, "key", key, "direction", direction, way, size));
        if (cursor != null) {
            variables.put(way.equals("first") ? "after" : "before", cursor);
        }
        return variables;
    }

    private void assertRefused(Map<String, Object> variables) {
        ask(variables)
                .execute()
                .errors()
                .satisfy(errors -> assertThat(errors)
                        .singleElement()
                        .extracting(ResponseError::getExtensions)
                        .satisfies(extensions -> assertThat(extensions).containsEntry("code", "BAD_REQUEST")));
    }

    private static List<String> ids(GraphQlTester.Response page) {
        return page.path("runs.nodes[*].id").entityList(String.class).get();
    }

    private List<String> sorted(String key, String direction) {
        return jdbc.sql(
                        "SELECT id FROM question_generation_runs WHERE environment = :environment ORDER BY %s %s NULLS LAST, id %s"
                                .formatted(COLUMNS.get(key), direction, direction))
                .param("environment", environment)
                .query(String.class)
                .list();
    }

    private void insert(int runs) {
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, status, questions_requested, overall_success_rate, approval_rate, avg_arbiter_score,
                        duration_seconds, total_errors, total_cost_usd, environment)
                SELECT gen_random_uuid(), '2026-01-01Z'::timestamptz + i % 11 * interval '1 microsecond', 'success', 10,
                       CASE WHEN i % 4 > 0 THEN (i % 3) / 3.0 END, CASE WHEN i % 4 > 0 THEN (i % 7) / 7.0 END,
                       CASE WHEN i % 4 > 0 THEN (i % 5) - 2 END, CASE WHEN i % 4 > 0 THEN (i % 6) / 10.0 END,
                       i % 3, CASE WHEN i % 4 > 0 THEN (i % 9) * 0.1 END, :environment
                  FROM generate_series(1, :runs) i
                """).param("environment", environment).param("runs", runs).update();
    }
}
