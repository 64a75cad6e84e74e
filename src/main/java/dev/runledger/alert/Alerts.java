package dev.runledger.alert;

import dev.runledger.statistics.Interval;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** The alerts that are recorded. */
@Service
public class Alerts {

    private static final String SELECT = "SELECT * FROM alert ";

    private static final String WANTED = """
             WHERE (CAST(:rule AS uuid) IS NULL OR rule_id = CAST(:rule AS uuid))
               AND (NOT :firing OR resolved_at IS NULL AND withdrawn_at IS NULL)
               AND (CAST(:since AS timestamptz) IS NULL
                    OR coalesce(resolved_at, withdrawn_at, 'infinity') >= CAST(:since AS timestamptz))
            """;

    private static final String RECENT = SELECT + """
            WHERE resolved_at IS NULL AND withdrawn_at IS NULL
               OR id = ANY (CAST(:ids AS uuid[]))
               OR seq > (SELECT max(seq) - 200 FROM alert)
            """;

    private static final String OF_RUNS = """
            SELECT run.id AS run, alert.*
              FROM unnest(CAST(:runs AS uuid[])) run (id)
             CROSS JOIN LATERAL (SELECT *
                                   FROM alert
                                  WHERE alert.runs @> ARRAY[run.id] AND alert.withdrawn_at IS NULL
                                  ORDER BY alert.seq DESC
                                  LIMIT :limit) alert
             ORDER BY alert.seq DESC
            """;

    private static final String INSERT = """
            INSERT INTO alert (id, rule_id, revision, group_key, fired_run, fired_run_start, fired_at, value, low, high, runs,
                               resolved_run, resolved_run_start, resolved_at, noticed_at)
            VALUES (:id, :rule, :revision, :group, :run, :start, :at, :value, :low, :high, CAST(:runs AS uuid[]),
                    CAST(:resolvedRun AS uuid), CAST(:resolvedStart AS timestamptz), CAST(:resolvedAt AS timestamptz), :now)
            """;

    private static final String UPDATE = """
            UPDATE alert
               SET value = :value, low = :low, high = :high, runs = CAST(:runs AS uuid[]),
                   resolved_run = CAST(:resolvedRun AS uuid),
                   resolved_run_start = CAST(:resolvedStart AS timestamptz),
                   resolved_at = CAST(:resolvedAt AS timestamptz),
                   withdrawn_at = NULL
             WHERE id = :id
            """;

    private static final String TO_NOTIFY = SELECT + """
            WHERE rule_id = :rule
              AND notified <> CASE WHEN resolved_at IS NULL AND withdrawn_at IS NULL THEN 'FIRING' ELSE 'RESOLVED' END
            ORDER BY fired_run_start, fired_run
            """;

    private static final String TO_REPEAT = SELECT + """
            WHERE rule_id = :rule AND notified = 'FIRING' AND resolved_at IS NULL AND withdrawn_at IS NULL
              AND acknowledged_at IS NULL
              AND (SELECT max(created_at) FROM alert_message WHERE alert_id = alert.id) < :before
            ORDER BY fired_run_start, fired_run
            """;

    private static final String WITHDRAW =
            "UPDATE alert SET withdrawn_at = :now WHERE id = :id AND withdrawn_at IS NULL";

    /** Once and for all: by whoever was first. */
    private static final String ACKNOWLEDGE = """
            UPDATE alert SET acknowledged_at = :now, acknowledged_by = :by WHERE id = :id AND acknowledged_at IS NULL
            """;

    private final JdbcClient jdbc;
    private final Outbox outbox;
    private final Clock clock;

    Alerts(JdbcClient jdbc, Outbox outbox, Clock clock) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Which alerts.
     *
     * @param rule of this rule only; null for all
     * @param firing only those that fire
     * @param since only those that were not over then; null for all
     */
    public record Selection(
            @Nullable UUID rule, boolean firing, @Nullable Instant since) {

        boolean contains(Alert alert) {
            Instant end = alert.resolved() != null ? alert.resolved().endedAt() : alert.withdrawnAt();
            return (rule == null || rule.equals(alert.ruleId()))
                    && (!firing || alert.isFiring())
                    && (since == null || end == null || !end.isBefore(since));
        }
    }

    /**
     * A page of alerts, the last recorded first.
     *
     * @param after only those before this one in the order of recording; null for the first page
     */
    public List<Alert> page(Selection selection, @Nullable Long after, int limit) {
        return wanted(SELECT + WANTED + " AND seq < :after ORDER BY seq DESC LIMIT :limit", selection)
                .param("after", after == null ? Long.MAX_VALUE : after)
                .param("limit", limit)
                .query(Alerts::alert)
                .list();
    }

    /** The alerts that rest on each run, the last recorded first; at most so many of a run. Withdrawn ones are left out. */
    public Map<UUID, List<Alert>> ofRuns(Collection<UUID> runs, int limit) {
        Map<UUID, List<Alert>> byRun = new HashMap<>();
        jdbc.sql(OF_RUNS)
                .param("runs", AlertRules.array(List.copyOf(runs)))
                .param("limit", limit)
                .query((row, number) -> Map.entry(row.getObject("run", UUID.class), alert(row, number)))
                .list()
                .forEach(entry -> byRun.computeIfAbsent(entry.getKey(), run -> new ArrayList<>())
                        .add(entry.getValue()));
        return byRun;
    }

    /** What fires, these alerts, and the last ones that were recorded. */
    List<Alert> recent(List<UUID> ids) {
        return jdbc.sql(RECENT)
                .param("ids", AlertRules.array(ids))
                .query(Alerts::alert)
                .list();
    }

    public int count(Selection selection) {
        return wanted("SELECT count(*) FROM alert " + WANTED, selection)
                .query(Integer.class)
                .single();
    }

    private JdbcClient.StatementSpec wanted(String query, Selection selection) {
        Instant since = selection.since();
        return jdbc.sql(query)
                .param("rule", selection.rule())
                .param("firing", selection.firing())
                .param("since", since == null ? null : since.atOffset(ZoneOffset.UTC));
    }

    /** The alert by its id; null if there is none. */
    public @Nullable Alert find(UUID id) {
        return jdbc.sql(SELECT + "WHERE id = :id")
                .param("id", id)
                .query(Alerts::alert)
                .optional()
                .orElse(null);
    }

    /** The messages about an alert, in the order in which they were written; those that ended over 30 days ago are forgotten. */
    public List<AlertMessage> messages(Alert alert) {
        return outbox.about(alert.id());
    }

    /** Notes who has seen the alert; null if there is no such alert. Who was first stays. */
    public @Nullable Alert acknowledge(UUID id, String by) {
        jdbc.sql(ACKNOWLEDGE)
                .param("id", id)
                .param("by", by)
                .param("now", now())
                .update();
        return find(id);
    }

    /** What the rule's present definition raised, in the order of runs. */
    List<Alert> of(AlertRule rule) {
        return jdbc.sql(SELECT + "WHERE rule_id = :rule AND revision = :revision ORDER BY fired_run_start, fired_run")
                .param("rule", rule.id())
                .param("revision", rule.revision())
                .query(Alerts::alert)
                .list();
    }

    /** What fires of the rule, by whichever definition. */
    List<Alert> firing(AlertRule rule) {
        return jdbc.sql(SELECT + "WHERE rule_id = :rule AND resolved_at IS NULL AND withdrawn_at IS NULL")
                .param("rule", rule.id())
                .query(Alerts::alert)
                .list();
    }

    void add(AlertRule rule, String group, Firing firing) {
        changing(INSERT, UUID.randomUUID(), firing.evidence(), end(firing.resolvedBy()))
                .param("rule", rule.id())
                .param("revision", rule.revision())
                .param("group", group)
                .param("run", firing.firedBy().id())
                .param("start", firing.firedBy().startedAt().atOffset(ZoneOffset.UTC))
                .param("at", firing.firedAt().atOffset(ZoneOffset.UTC))
                .param("now", now())
                .update();
    }

    void change(Alert alert, Evidence evidence, Alert.@Nullable End resolved) {
        changing(UPDATE, alert.id(), evidence, resolved).update();
    }

    void withdraw(Alert alert) {
        jdbc.sql(WITHDRAW).param("id", alert.id()).param("now", now()).update();
    }

    /** The rule's alerts that are not as they were last notified. */
    List<Alert> toNotify(AlertRule rule) {
        return jdbc.sql(TO_NOTIFY).param("rule", rule.id()).query(Alerts::alert).list();
    }

    /** What fires of the rule, is acknowledged by nobody, and was last sent before then. */
    List<Alert> toRepeat(AlertRule rule, Instant sentBefore) {
        return jdbc.sql(TO_REPEAT)
                .param("rule", rule.id())
                .param("before", sentBefore.atOffset(ZoneOffset.UTC))
                .query(Alerts::alert)
                .list();
    }

    /** Of the run that tripped the rule; null if it reports none, was deleted, or no run did. */
    @Nullable
    String environment(Alert alert) {
        return jdbc
                .sql("SELECT environment FROM question_generation_runs WHERE id = :id")
                .param("id", alert.fired().run())
                .query(String.class)
                .list()
                .stream()
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    void notified(Alert alert, Alert.Notified notified) {
        jdbc.sql("UPDATE alert SET notified = :notified WHERE id = :id")
                .param("id", alert.id())
                .param("notified", notified.name())
                .update();
    }

    private JdbcClient.StatementSpec changing(
            String statement, UUID id, Evidence evidence, Alert.@Nullable End resolved) {
        return jdbc.sql(statement)
                .param("id", id)
                .param("value", evidence.value())
                .param(
                        "low",
                        evidence.interval() == null ? null : evidence.interval().low(),
                        java.sql.Types.DOUBLE)
                .param(
                        "high",
                        evidence.interval() == null ? null : evidence.interval().high(),
                        java.sql.Types.DOUBLE)
                .param("runs", evidence.runs().toString().replace('[', '{').replace(']', '}'))
                .param("resolvedRun", resolved == null ? null : resolved.run())
                .param(
                        "resolvedStart",
                        resolved == null ? null : resolved.startedAt().atOffset(ZoneOffset.UTC))
                .param(
                        "resolvedAt",
                        resolved == null ? null : resolved.endedAt().atOffset(ZoneOffset.UTC));
    }

    static Alert.@Nullable End end(@Nullable RunValue run) {
        return run == null ? null : Alert.End.of(run);
    }

    private static Alert alert(ResultSet row, int number) throws SQLException {
        UUID resolvedRun = row.getObject("resolved_run", UUID.class);
        double low = row.getDouble("low");
        Interval interval = row.wasNull() ? null : new Interval(low, row.getDouble("high"));
        return new Alert(
                row.getObject("id", UUID.class),
                row.getLong("seq"),
                row.getObject("rule_id", UUID.class),
                row.getInt("revision"),
                row.getString("group_key"),
                new Alert.End(
                        row.getObject("fired_run", UUID.class), time(row, "fired_run_start"), time(row, "fired_at")),
                new Evidence(row.getDouble("value"), interval, Arrays.asList((UUID[])
                        row.getArray("runs").getArray())),
                resolvedRun == null
                        ? null
                        : new Alert.End(resolvedRun, time(row, "resolved_run_start"), time(row, "resolved_at")),
                time(row, "withdrawn_at"),
                Alert.Notified.valueOf(row.getString("notified")),
                time(row, "noticed_at"),
                time(row, "acknowledged_at"),
                row.getString("acknowledged_by"));
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        return AlertRules.instant(row.getObject(column, OffsetDateTime.class));
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
