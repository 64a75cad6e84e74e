package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.runledger.alert.AlertDetails.ErrorCategory;
import dev.runledger.alert.AlertDetails.FailingRun;
import dev.runledger.analytics.ChangeExplanations;
import dev.runledger.analytics.ChangeExplanations.Contribution;
import dev.runledger.analytics.ChangeExplanations.Explanation;
import dev.runledger.event.Event;
import dev.runledger.event.Events;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Looks for what an alert is likely due to, and where to see more: what makes up the change against the runs before, what versions changed,
 * which errors the runs report, which events are near. Names and counts only: nothing that a run was made from.
 */
@Component
class AlertCauses {

    private static final Logger log = LoggerFactory.getLogger(AlertCauses.class);

    private static final String RUNS = """
            SELECT run.id, run.client_run_id, run.status, run.started_at
              FROM question_generation_runs run
             WHERE run.id = ANY (CAST(:runs AS uuid[]))
             ORDER BY run.started_at DESC, run.id DESC
            """;

    private static final String ERROR_CATEGORIES = """
            SELECT json_name(tally.key) AS category, sum(json_number(tally.value)) AS errors
              FROM question_generation_runs run
             CROSS JOIN LATERAL jsonb_each(json_capped(run.error_summary -> 'by_category')) tally
             WHERE run.id = ANY (CAST(:runs AS uuid[]))
             GROUP BY 1
            HAVING sum(json_number(tally.value)) > 0
             ORDER BY 2 DESC, 1
             LIMIT 5
            """;

    private static final String START_BEFORE = """
            SELECT min(started_at)
              FROM (SELECT run.started_at
                      FROM question_generation_runs run
                     WHERE run.status <> 'running' AND %s
                     ORDER BY run.started_at DESC
                     LIMIT :limit) before
            """;

    private static final String VERSIONS = """
            SELECT mode() WITHIN GROUP (ORDER BY run.prompt_version) AS prompt_version,
                   mode() WITHIN GROUP (ORDER BY run.arbiter_config_version) AS arbiter_config
              FROM question_generation_runs run
             WHERE run.status <> 'running' AND %s
            """;

    /** So many runs before are what it was like until then. */
    private static final int RUNS_BEFORE = 60;

    private static final int MAX_RUNS = 10;
    private static final int MAX_CAUSES = 3;
    private static final int MAX_TEXT = 200;
    private static final double CONFIDENCE = 0.95;
    private static final Duration NEAR = Duration.ofHours(12);
    private static final int SECONDS = 5;

    private final JdbcClient jdbc;
    private final ChangeExplanations explanations;
    private final Events events;
    private final StoredDefinition definitions;
    private final JsonMapper json;
    private final String publicUrl;
    private final TransactionTemplate apart;

    AlertCauses(
            JdbcClient jdbc,
            ChangeExplanations explanations,
            Events events,
            StoredDefinition definitions,
            JsonMapper json,
            PlatformTransactionManager transactions,
            @Value("${runledger.web.public-url}") String publicUrl) {
        this.jdbc = jdbc;
        this.explanations = explanations;
        this.events = events;
        this.definitions = definitions;
        this.json = json;
        this.publicUrl = publicUrl.replaceFirst("/+$", "");
        // What fails here is left out of the message, and does no harm to the alert.
        apart = new TransactionTemplate(transactions);
        apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        apart.setReadOnly(true);
        apart.setTimeout(SECONDS);
    }

    private record RunRow(UUID id, @Nullable String clientRunId, String status, OffsetDateTime startedAt) {}

    private record Versions(
            @Nullable String promptVersion, @Nullable String arbiterConfig) {}

    /** @param definition by which the alert was raised; null if that is not known any more */
    AlertDetails of(Alert alert, @Nullable RuleDefinition definition) {
        try {
            return Objects.requireNonNull(apart.execute(status -> read(alert, definition)));
        } catch (RuntimeException e) {
            log.warn("A message about alert {} goes without its causes", alert.id(), e);
            return new AlertDetails(List.of(), List.of(), List.of(), page("alerts"), null);
        }
    }

    /** Where to see more, without looking for causes. */
    AlertDetails links() {
        return new AlertDetails(List.of(), List.of(), List.of(), page("alerts"), null);
    }

    private AlertDetails read(Alert alert, @Nullable RuleDefinition definition) {
        List<UUID> ids = alert.evidence().runs();
        List<RunRow> runs = jdbc.sql(RUNS)
                .param("runs", AlertRules.array(ids))
                .query(RunRow.class)
                .list();
        List<ErrorCategory> categories = jdbc.sql(ERROR_CATEGORIES)
                .param("runs", AlertRules.array(ids))
                .query(ErrorCategory.class)
                .list();
        List<String> causes = new ArrayList<>();
        if (definition != null && !runs.isEmpty()) {
            causes.addAll(changes(definition, runs));
        }
        if (!categories.isEmpty()) {
            causes.add("Errors of these runs: "
                    + String.join(
                            ", ",
                            categories.stream()
                                    .map(each -> "%s %d".formatted(cut(each.category()), each.errors()))
                                    .toList()));
        }
        causes.addAll(eventsNear(alert, definition, runs));
        return new AlertDetails(
                List.copyOf(causes),
                categories,
                runs.stream()
                        .limit(MAX_RUNS)
                        .map(run -> new FailingRun(
                                run.id(),
                                run.clientRunId(),
                                run.status(),
                                run.startedAt().toInstant(),
                                page("runs/" + run.id())))
                        .toList(),
                page("alerts"),
                definition == null ? null : query(definition, runs));
    }

    private List<String> changes(RuleDefinition definition, List<RunRow> runs) {
        Instant first = runs.get(runs.size() - 1).startedAt().toInstant();
        Instant last = runs.get(0).startedAt().toInstant();
        RunFilter filter = definition.filter();
        RunFilter earlier = filter.within(filter.from(), first);
        RunCondition condition = RunCondition.of(earlier);
        OffsetDateTime from = jdbc.sql(START_BEFORE.formatted(condition.sql()))
                .params(condition.parameters())
                .param("limit", RUNS_BEFORE)
                .query((row, number) -> row.getObject(1, OffsetDateTime.class))
                .list()
                .get(0);
        if (from == null) {
            return List.of();
        }
        RunFilter before = filter.within(from.toInstant(), first);
        RunFilter after = filter.within(first, last.plusMillis(1));
        List<String> causes = new ArrayList<>();
        Metric metric = definition.measured();
        Explanation explanation = explanations.explain(metric, before, after, CONFIDENCE);
        explanation.causes().stream().limit(MAX_CAUSES).forEach(cause -> causes.add(cut(cause.words(metric.unit()))));
        if (causes.isEmpty()) {
            greatestParts(explanation)
                    .limit(MAX_CAUSES - 1)
                    .forEach(part -> causes.add("Perhaps " + cut(part.words(metric.unit()))));
        }
        Versions was = versions(before);
        Versions is = versions(after);
        addChanged(causes, "Prompt version", was.promptVersion(), is.promptVersion());
        addChanged(causes, "Arbiter configuration", was.arbiterConfig(), is.arbiterConfig());
        return causes;
    }

    /** The greatest part of the change in each dimension that splits it: few runs are seldom enough to be sure of one. */
    private static Stream<Contribution> greatestParts(Explanation explanation) {
        Double before = explanation.comparison().baseline().ratio();
        Double after = explanation.comparison().candidate().ratio();
        if (before == null || after == null) {
            return Stream.of();
        }
        Comparator<Contribution> bySize =
                Comparator.comparingDouble(each -> each.part().value() * Math.signum(after - before));
        return explanation.dimensions().stream()
                .filter(each -> each.parts().stream()
                                .map(part -> part.part().key())
                                .filter(Objects::nonNull)
                                .distinct()
                                .count()
                        > 1)
                .flatMap(
                        each -> each.parts().stream().filter(part -> part.part().key() != null).max(bySize).stream())
                .sorted(bySize.reversed());
    }

    private static void addChanged(List<String> causes, String what, @Nullable String was, @Nullable String is) {
        if (!Objects.equals(was, is)) {
            causes.add("%s went from %s to %s"
                    .formatted(what, was == null ? "none" : cut(was), is == null ? "none" : cut(is)));
        }
    }

    private Versions versions(RunFilter filter) {
        RunCondition condition = RunCondition.of(filter);
        return jdbc.sql(VERSIONS.formatted(condition.sql()))
                .params(condition.parameters())
                .query(Versions.class)
                .single();
    }

    private List<String> eventsNear(Alert alert, @Nullable RuleDefinition definition, List<RunRow> runs) {
        Instant moment = runs.isEmpty()
                ? alert.fired().endedAt()
                : runs.get(runs.size() - 1).startedAt().toInstant();
        List<String> environments =
                definition == null ? List.of() : definition.filter().environments();
        return events
                .nearest(
                        new Events.Selection(
                                moment.minus(NEAR), alert.fired().endedAt().plus(NEAR), List.of(), environments),
                        moment,
                        MAX_CAUSES)
                .stream()
                .map(AlertCauses::words)
                .toList();
    }

    private static String words(Event event) {
        return "%s at %s: %s".formatted(event.kind(), event.at().toInstant(), cut(event.text()));
    }

    private @Nullable String page(String path) {
        return publicUrl.isEmpty() ? null : publicUrl + "/" + path;
    }

    private @Nullable String query(RuleDefinition definition, List<RunRow> runs) {
        if (publicUrl.isEmpty() || runs.isEmpty()) {
            return null;
        }
        ObjectNode filter = (ObjectNode) definitions.restricting(definition.filter());
        filter.put("from", runs.get(runs.size() - 1).startedAt().toInstant().toString());
        filter.put("to", runs.get(0).startedAt().toInstant().plusMillis(1).toString());
        String variables = json.writeValueAsString(
                Map.of("filter", filter, "orderBy", Map.of("key", "STARTED_AT", "direction", "DESC")));
        return page("graphiql?query=runs&variables=" + URLEncoder.encode(variables, UTF_8));
    }

    private static String cut(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
    }
}
