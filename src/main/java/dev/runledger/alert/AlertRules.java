package dev.runledger.alert;

import static java.util.stream.Collectors.joining;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The rules that are stored. */
@Service
public class AlertRules {

    /** How many rules there can be: each is evaluated whenever runs changed. */
    public static final int MAX_RULES = 100;

    private static final String SELECT =
            "SELECT *, array_to_string(channels, ',') AS channel_ids, groups::text AS group_states FROM alert_rule ";

    private static final String INSERT = """
            INSERT INTO alert_rule (id, name, definition, channels, since, state, state_since, created_at, updated_at)
            VALUES (:id, :name, CAST(:definition AS jsonb), CAST(:channels AS uuid[]), :now, 'NO_DATA', :now, :now, :now)
            """;

    /** Name and channels may change as they like; with any other change the rule starts anew. */
    private static final String UPDATE = """
            UPDATE alert_rule
               SET name = :name,
                   definition = CAST(:definition AS jsonb),
                   channels = CAST(:channels AS uuid[]),
                   revision = revision + (definition <> CAST(:definition AS jsonb))::int,
                   had_data = had_data AND definition = CAST(:definition AS jsonb),
                   since = CASE WHEN definition <> CAST(:definition AS jsonb) THEN :now ELSE since END,
                   updated_at = :now
             WHERE id = :id
            """;

    private static final String STATE = """
            UPDATE alert_rule
               SET state = :state,
                   state_since = CASE WHEN state = :state THEN state_since ELSE :now END,
                   error = CAST(:error AS text),
                   groups = coalesce(CAST(:groups AS jsonb), groups),
                   had_data = had_data OR :state IN ('OK', 'PENDING', 'FIRING'),
                   evaluated_at = CASE WHEN :state = 'ERROR' THEN evaluated_at ELSE :now END
             WHERE id = :id
            """;

    private static final String PAUSE = """
            UPDATE alert_rule SET paused_at = CASE WHEN :paused THEN coalesce(paused_at, :now) END WHERE id = :id
            """;

    /** Instead of a revision, of a group that is none any more. */
    private static final int GONE = -1;

    private static final TypeReference<TreeMap<String, GroupState>> GROUPS = new TypeReference<>() {};

    private final JsonMapper json;
    private final JdbcClient jdbc;
    private final StoredDefinition definitions;
    private final Clock clock;

    AlertRules(JdbcClient jdbc, StoredDefinition definitions, JsonMapper json, Clock clock) {
        this.json = json;
        this.jdbc = jdbc;
        this.definitions = definitions;
        this.clock = clock;
    }

    private record Row(
            UUID id,
            String name,
            int revision,
            String definition,
            OffsetDateTime since,
            AlertState state,
            OffsetDateTime stateSince,
            @Nullable String error,
            String channelIds,
            @Nullable OffsetDateTime silencedUntil,
            @Nullable OffsetDateTime evaluatedAt,
            @Nullable OffsetDateTime pausedAt,
            String groupStates,
            boolean hadData,
            @Nullable AlertState announced,
            boolean managed,
            OffsetDateTime createdAt,
            OffsetDateTime updatedAt) {}

    /** All rules, by name. */
    public List<AlertRule> all() {
        return jdbc.sql(SELECT + "ORDER BY name").query(Row.class).list().stream()
                .map(this::rule)
                .toList();
    }

    /** The rule by its id; null if there is none. */
    public @Nullable AlertRule find(UUID id) {
        return one(SELECT + "WHERE id = :id", id);
    }

    /** The rule by its name; null if there is none. */
    @Nullable
    AlertRule named(String name) {
        return all().stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The rule, which nobody else evaluates or changes until the transaction ends. */
    @Nullable
    AlertRule lock(UUID id) {
        return one(SELECT + "WHERE id = :id FOR UPDATE", id);
    }

    /** What restricts the runs of a rule, by the names of the filter's fields. */
    public JsonNode restricting(RuleDefinition rule) {
        return definitions.restricting(rule.filter());
    }

    /** @throws AlertNameTakenException if another rule has the name */
    UUID create(RuleDefinition rule, List<UUID> channels) {
        UUID id = UUID.randomUUID();
        write(INSERT, id, rule, channels);
        return id;
    }

    /**
     * Gives the rule another definition.
     *
     * @return false if there is no such rule
     * @throws AlertNameTakenException if another rule has the name
     */
    boolean update(UUID id, RuleDefinition rule, List<UUID> channels) {
        return write(UPDATE, id, rule, channels) == 1;
    }

    /** From now on only a file changes or deletes the rule. */
    void manage(UUID id) {
        jdbc.sql("UPDATE alert_rule SET managed = true WHERE id = :id")
                .param("id", id)
                .update();
    }

    /** @param state null if what was said of it is over */
    void announced(UUID id, @Nullable AlertState state) {
        jdbc.sql("UPDATE alert_rule SET announced = :state WHERE id = :id")
                .param("id", id)
                .param("state", state == null ? null : state.name())
                .update();
    }

    /** From now on what was over after then is an alert. */
    void lookBack(UUID id, Instant since) {
        jdbc.sql("UPDATE alert_rule SET since = least(since, :since) WHERE id = :id")
                .param("id", id)
                .param("since", since.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Returns false if there is no such rule. */
    boolean pause(UUID id, boolean isPaused) {
        return jdbc.sql(PAUSE)
                        .param("id", id)
                        .param("paused", isPaused)
                        .param("now", now())
                        .update()
                == 1;
    }

    boolean silence(UUID id, @Nullable Instant until) {
        return jdbc.sql("UPDATE alert_rule SET silenced_until = CAST(:until AS timestamptz) WHERE id = :id")
                        .param("id", id)
                        .param("until", until == null ? null : until.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    boolean delete(UUID id) {
        return jdbc.sql("DELETE FROM alert_rule WHERE id = :id").param("id", id).update() == 1;
    }

    int count() {
        return jdbc.sql("SELECT count(*) FROM alert_rule").query(Integer.class).single();
    }

    /** Notes why the rule could not be evaluated. */
    @Transactional
    public void noteError(UUID id, String error) {
        note(id, AlertState.ERROR, null, error);
    }

    /** @param groups the state of each value of what it is grouped by */
    void note(AlertRule rule, AlertState state, Map<String, AlertState> groups) {
        SortedMap<String, GroupState> states = new TreeMap<>();
        groups.forEach((group, of) ->
                states.put(group, GroupState.after(rule.groups().get(group), of, rule.revision(), clock.instant())));
        // Of what is not there any more, a message may still have to say that it is over.
        rule.groups().forEach((group, before) -> {
            if (before.announced() != null && !states.containsKey(group)) {
                states.put(group, GroupState.after(before, AlertState.NO_DATA, GONE, clock.instant()));
            }
        });
        note(rule.id(), state, states, null);
    }

    /** Notes what was said of its groups. */
    void announced(AlertRule rule, SortedMap<String, GroupState> states) {
        states.values().removeIf(each -> each.revision() == GONE && each.announced() == null);
        jdbc.sql("UPDATE alert_rule SET groups = CAST(:groups AS jsonb) WHERE id = :id")
                .param("id", rule.id())
                .param("groups", json.writeValueAsString(states))
                .update();
    }

    /** @param groups null for as they were */
    private void note(UUID id, AlertState state, @Nullable Map<String, GroupState> groups, @Nullable String error) {
        jdbc.sql(STATE)
                .param("id", id)
                .param("state", state.name())
                .param("error", error)
                .param("groups", groups == null ? null : json.writeValueAsString(groups))
                .param("now", now())
                .update();
    }

    private int write(String statement, UUID id, RuleDefinition rule, List<UUID> channels) {
        try {
            return jdbc.sql(statement)
                    .param("id", id)
                    .param("name", rule.name())
                    .param("definition", definitions.write(rule))
                    .param("channels", array(channels))
                    .param("now", now())
                    .update();
        } catch (DuplicateKeyException e) {
            throw new AlertNameTakenException(rule.name());
        }
    }

    private @Nullable AlertRule one(String query, UUID id) {
        return jdbc.sql(query)
                .param("id", id)
                .query(Row.class)
                .optional()
                .map(this::rule)
                .orElse(null);
    }

    private AlertRule rule(Row row) {
        RuleDefinition definition = null;
        String error = row.error();
        AlertState state = row.state();
        try {
            definition = definitions.read(row.name(), row.definition());
        } catch (IllegalArgumentException e) {
            state = AlertState.ERROR;
            error = e.getMessage();
        }
        return new AlertRule(
                row.id(),
                row.name(),
                row.revision(),
                definition,
                row.since().toInstant(),
                state,
                row.stateSince().toInstant(),
                error,
                ids(row.channelIds()),
                instant(row.silencedUntil()),
                instant(row.evaluatedAt()),
                instant(row.pausedAt()),
                groups(row.groupStates()),
                row.hadData(),
                row.announced(),
                row.managed(),
                row.createdAt().toInstant(),
                row.updatedAt().toInstant());
    }

    private SortedMap<String, GroupState> groups(String states) {
        return json.readValue(states, GROUPS);
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    /** As PostgreSQL reads an array. */
    static String array(List<UUID> ids) {
        return ids.stream().map(UUID::toString).collect(joining(",", "{", "}"));
    }

    private static List<UUID> ids(String joined) {
        return joined.isEmpty()
                ? List.of()
                : Stream.of(joined.split(",")).map(UUID::fromString).toList();
    }

    static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
