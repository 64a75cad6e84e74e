package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.runledger.LoadedRuns;
import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient.Answer;
import dev.runledger.ledger.Run;
import dev.runledger.search.RunFilter;
import dev.runledger.search.RunOrder;
import dev.runledger.search.Runs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@RunledgerTest
class RunPagesTests {

    private static final Map<RunOrder.Key, String> COLUMNS = Map.of(
            RunOrder.Key.STARTED_AT, "started_at",
            RunOrder.Key.DURATION, "duration_seconds",
            RunOrder.Key.OVERALL_SUCCESS_RATE, "overall_success_rate",
            RunOrder.Key.APPROVAL_RATE, "approval_rate",
            RunOrder.Key.ARBITER_SCORE, "avg_arbiter_score",
            RunOrder.Key.ERRORS, "total_errors",
            RunOrder.Key.COST, "total_cost_usd");

    private final String environment = "pages-" + UUID.randomUUID().toString().substring(0, 8);
    private final Random random = new Random(20260301);

    @Autowired
    JdbcClient jdbc;

    @Autowired
    Runs runs;

    GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new GraphQlClient(port);
    }

    static Stream<RunOrder> orders() {
        return Stream.of(RunOrder.Key.values())
                .flatMap(key -> Stream.of(RunOrder.Direction.values()).map(direction -> new RunOrder(key, direction)));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void pagesTogetherAreTheWholeListForwardAndBackward(RunOrder order) {
        insert(45);
        List<String> whole = oracle(order);

        for (boolean backward : new boolean[] {false, true}) {
            List<String> seen = new ArrayList<>();
            String cursor = null;
            boolean more = true;
            while (more) {
                int size = 1 + random.nextInt(12);
                JsonNode page = page(order, backward, size, cursor).data("runs");
                List<String> ids = ids(page);
                seen.addAll(backward ? 0 : seen.size(), ids);

                JsonNode info = page.path("pageInfo");
                more = info.path(backward ? "hasPreviousPage" : "hasNextPage").booleanValue();
                assertThat(more).isEqualTo(seen.size() < whole.size());
                assertThat(info.path(backward ? "hasNextPage" : "hasPreviousPage")
                                .booleanValue())
                        .isEqualTo(seen.size() > ids.size());
                cursor = info.path(backward ? "startCursor" : "endCursor").stringValue();
            }
            assertThat(seen).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("orders")
    void runsInsertedMeanwhileNeitherHideNorRepeatTheOthers(RunOrder order) {
        insert(25);
        List<String> before = oracle(order);

        for (boolean backward : new boolean[] {false, true}) {
            List<String> seen = new ArrayList<>();
            String cursor = null;
            boolean more = true;
            while (more) {
                JsonNode page =
                        page(order, backward, 1 + random.nextInt(9), cursor).data("runs");
                seen.addAll(backward ? 0 : seen.size(), ids(page));
                more = page.path("pageInfo")
                        .path(backward ? "hasPreviousPage" : "hasNextPage")
                        .booleanValue();
                cursor = page.path("pageInfo")
                        .path(backward ? "startCursor" : "endCursor")
                        .stringValue();
                insert(2);
            }
            assertThat(seen).doesNotHaveDuplicates().containsAll(before);
            List<String> after = oracle(order);
            assertThat(seen.stream().map(after::indexOf)).isSorted();
        }
    }

    @Test
    void anEmptyPageStillKnowsWhatLiesAroundIt() {
        insert(3);
        JsonNode all = page(RunOrder.LATEST, false, 10, null).data("runs");
        String first = all.path("edges").path(0).path("cursor").stringValue();
        String last = all.path("edges").path(2).path("cursor").stringValue();

        assertNeighbours(page(RunOrder.LATEST, false, 10, last), true, false);
        assertNeighbours(page(RunOrder.LATEST, true, 10, first), false, true);
        assertNeighbours(page(RunOrder.LATEST, false, 0, null), false, true);
        assertNeighbours(page(RunOrder.LATEST, true, 0, null), true, false);
        assertNeighbours(page(RunOrder.LATEST, false, 0, first), true, true);
        assertNeighbours(page(RunOrder.LATEST, true, 0, last), true, true);
    }

    @Test
    void aPageIsOfTheTwentyLatestUnlessAskedOtherwise() {
        insert(22);
        JsonNode nodes = client.ask(
                        "{ runs(filter: {environments: [\"%s\"]}) { nodes { id } } }".formatted(environment))
                .data("runs");
        assertThat(ids(nodes)).isEqualTo(oracle(RunOrder.LATEST).subList(0, 20));
    }

    @Test
    void theTotalIgnoresPagination() {
        insert(30);
        LoadedRuns.note(jdbc, environment);
        for (String page : List.of("first: 1", "last: 7", "first: 100")) {
            assertThat(client.ask("{ runs(filter: {environments: [\"%s\"]}, %s) { totalCount nodes { id } } }"
                                    .formatted(environment, page))
                            .data("runs")
                            .path("totalCount")
                            .intValue())
                    .isEqualTo(30);
        }
    }

    @Test
    void aCursorGoesOnWithItsOwnListOnly() {
        insert(5);
        String cursor = page(RunOrder.LATEST, false, 2, null)
                .data("runs")
                .path("pageInfo")
                .path("endCursor")
                .stringValue();

        assertThat(page(new RunOrder(RunOrder.Key.COST, RunOrder.Direction.DESC), false, 2, cursor)
                        .message())
                .isEqualTo("after is of a list ordered by STARTED_AT DESC, but orderBy is COST DESC");
        Answer otherFilter = client.ask("{ runs(after: \"%s\") { nodes { id } } }".formatted(cursor));
        assertThat(otherFilter.code()).isEqualTo("BAD_REQUEST");
        assertThat(otherFilter.message()).contains("another filter");
        for (String garbled : List.of(
                "", "x", "\u00e4", cursor.substring(1), cursor.substring(0, cursor.length() - 1), cursor + "AAAA")) {
            Answer answer = page(RunOrder.LATEST, false, 2, garbled);
            assertThat(answer.code()).as(garbled).isEqualTo("BAD_REQUEST");
            assertThat(answer.message()).isEqualTo("after is not a cursor of this list, or not all of one");
        }
    }

    @Test
    void pageSizesHaveBounds() {
        assertThat(page(RunOrder.LATEST, false, 100, null).code()).isEqualTo("none");
        assertThat(page(RunOrder.LATEST, false, 101, null).code()).isEqualTo("LIMIT_EXCEEDED");
        assertThat(page(RunOrder.LATEST, true, 101, null).message())
                .isEqualTo("last is 101, a page can have 100 at most");
        assertThat(page(RunOrder.LATEST, false, -1, null).code()).isEqualTo("BAD_REQUEST");
        assertThat(client.ask("{ runs(first: 1, last: 1) { totalCount } }").code())
                .isEqualTo("BAD_REQUEST");
    }

    @Test
    void nothingIsCountedOrLookedUpUnlessAskedFor() {
        insert(3);
        String filter = "filter: {environments: [\"%s\"]}".formatted(environment);

        assertThat(statements(() -> client.ask(
                        "{ runs(%s) { nodes { id providers { provider } warnings { type } } } }".formatted(filter))))
                .hasSize(1)
                .noneMatch(sql -> sql.contains("count("));
        assertThat(statements(() -> client.ask("{ runs(%s) { totalCount } }".formatted(filter))))
                .hasSize(1)
                .allMatch(sql -> sql.contains("rollup_series"));
        assertThat(statements(() -> client.ask(
                        "{ runs(%s) { totalCount edges { cursor } pageInfo { hasNextPage hasPreviousPage } } }"
                                .formatted(filter))))
                .hasSize(2);
    }

    private List<String> statements(Supplier<Answer> question) {
        List<Logger> loggers = Stream.of("org.hibernate.SQL", "org.springframework.jdbc.core.JdbcTemplate")
                .map(name -> (Logger) LoggerFactory.getLogger(name))
                .toList();
        ListAppender<ILoggingEvent> statements = new ListAppender<>();
        statements.list = Collections.synchronizedList(new ArrayList<>());
        statements.start();
        loggers.forEach(logger -> {
            logger.setLevel(Level.DEBUG);
            logger.addAppender(statements);
        });
        try {
            question.get().data("runs");
        } finally {
            loggers.forEach(logger -> {
                logger.setLevel(null);
                logger.detachAppender(statements);
            });
        }
        return statements.list.stream()
                .filter(event -> !event.getThreadName().startsWith("scheduling"))
                .map(ILoggingEvent::getFormattedMessage)
                .filter(message -> message.contains("question_generation_runs"))
                .toList();
    }

    @Test
    void aLargeReportIsReadOnlyIfItIsAskedForAndIsWholeThen() {
        insert(1);
        String categories =
                "SELECT jsonb_object_agg('request ' || n || md5(n::text), n) FROM generate_series(1, 5000) n";
        jdbc.sql("""
                        UPDATE question_generation_runs
                           SET error_summary = jsonb_build_object('by_category', (%1$s)),
                               breakdowns = jsonb_build_object('model', (%1$s))
                         WHERE environment = :environment
                        """.formatted(categories)).param("environment", environment).update();

        List<Run> page = runs.after(
                null,
                RunFilter.during(null, null, List.of(), List.of(environment), null),
                new RunOrder(RunOrder.Key.STARTED_AT, RunOrder.Direction.DESC),
                1);
        assertThat(page.get(0).isAbridged()).isTrue();
        assertThat(page.get(0).getErrorSummary().isString()).isTrue();

        JsonNode run = client.ask("""
                        query($filter: RunFilter) { runs(filter: $filter) { nodes { errorSummary breakdowns typeMetrics errors { byCategory { errors } } } } }
                        """, Map.of("filter", Map.of("environments", List.of(environment))))
                .data("runs")
                .path("nodes")
                .path(0);
        assertThat(run.path("errorSummary").path("by_category").size()).isEqualTo(5000);
        assertThat(run.path("breakdowns").path("model").size()).isEqualTo(5000);
        assertThat(run.path("errors").path("byCategory").size()).isEqualTo(5000);
    }

    private static void assertNeighbours(Answer page, boolean previous, boolean next) {
        JsonNode info = page.data("runs").path("pageInfo");
        assertThat(info.path("startCursor").isNull()).isTrue();
        assertThat(info.path("hasPreviousPage").booleanValue()).isEqualTo(previous);
        assertThat(info.path("hasNextPage").booleanValue()).isEqualTo(next);
    }

    private Answer page(RunOrder order, boolean backward, int size, String cursor) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("filter", Map.of("environments", List.of(environment)));
        variables.put("orderBy", Map.of("key", order.key(), "direction", order.direction()));
        variables.put(backward ? "last" : "first", size);
        variables.put(backward ? "before" : "after", cursor);
        return client.document("runs", variables);
    }

    private static List<String> ids(JsonNode page) {
        return page.path("nodes")
                .valueStream()
                .map(run -> run.path("id").stringValue())
                .toList();
    }

    private List<String> oracle(RunOrder order) {
        return jdbc.sql("SELECT id::text FROM question_generation_runs WHERE environment = :environment"
                        + " ORDER BY %1$s %2$s NULLS LAST, id %2$s"
                                .formatted(COLUMNS.get(order.key()), order.direction()))
                .param("environment", environment)
                .query(String.class)
                .list();
    }

    private void insert(int howMany) {
        for (int i = 0; i < howMany; i++) {
            jdbc.sql("""
                    INSERT INTO question_generation_runs (id, environment, started_at, status, questions_requested,
                           duration_seconds, overall_success_rate, approval_rate, avg_arbiter_score, total_errors,
                           total_cost_usd)
                    VALUES (:id, :environment, timestamptz '2026-03-01 00:00:00.000001Z' + :minutes * interval '1 minute',
                            'failed', 0, CAST(:duration AS float), CAST(:success AS float), CAST(:approval AS float),
                            CAST(:score AS float), :errors, CAST(:cost AS float))""")
                    .param("id", UUID.randomUUID())
                    .param("environment", environment)
                    .param("minutes", random.nextInt(6))
                    .param("duration", oneOf(null, 0.1, 1e-300, 600.54, 1e300))
                    .param("success", oneOf(null, null, 0.0, 1 / 3.0, 1.0))
                    .param("approval", oneOf(null, 0.5670103092783505, 0.1 + 0.2))
                    .param("score", oneOf(null, -0.0, -7.25, 6.636990487848815))
                    .param("errors", random.nextInt(3))
                    .param("cost", oneOf(null, 0.0, 1.8342))
                    .update();
        }
    }

    private Double oneOf(Double... values) {
        return values[random.nextInt(values.length)];
    }
}
