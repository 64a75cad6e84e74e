package dev.runledger.metric;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What runs, or what they report, can be grouped by: an attribute of the run, or the names that runs report figures under.
 *
 * @param code in the database and in reports' {@code breakdowns}
 * @param column of the ledger, for an attribute of the run; null if runs report any number of names of it
 */
public record Dimension(String code, @Nullable String column) {

    public static final Dimension ENVIRONMENT = new Dimension("environment", "environment");
    public static final Dimension PROMPT_VERSION = new Dimension("prompt_version", "prompt_version");
    public static final Dimension TRIGGER = new Dimension("trigger", "triggered_by");
    public static final Dimension ARBITER_CONFIG = new Dimension("arbiter_config", "arbiter_config_version");

    public static final Dimension PROVIDER = new Dimension("provider", null);
    public static final Dimension TYPE = new Dimension("type", null);
    public static final Dimension DIFFICULTY = new Dimension("difficulty", null);
    public static final Dimension ERROR_CATEGORY = new Dimension("error_category", null);
    public static final Dimension ERROR_SEVERITY = new Dimension("error_severity", null);

    /** In which step of 2 % a run's duration lies. For percentiles; clients do not see it. */
    public static final Dimension DURATION_STEP = new Dimension("duration_step", null);

    /** The score from which the arbiter approved. For explanations; nothing can be grouped by it. */
    public static final Dimension ARBITER_THRESHOLD = new Dimension("arbiter_threshold", null);

    /** What reporters may call dimensions of their own. */
    public static final Pattern OWN_NAME = Pattern.compile("[a-z][A-Za-z0-9_.-]{0,49}");

    /** The attributes of a run, in the order of the ledger's columns in a rollup. */
    public static final List<Dimension> OF_RUNS = List.of(ENVIRONMENT, PROMPT_VERSION, TRIGGER, ARBITER_CONFIG);

    private static final List<Dimension> BUILT_IN = List.of(
            ENVIRONMENT,
            PROMPT_VERSION,
            TRIGGER,
            ARBITER_CONFIG,
            PROVIDER,
            TYPE,
            DIFFICULTY,
            ERROR_CATEGORY,
            ERROR_SEVERITY);

    /** No reporter's own dimension can be called so. */
    public static final Set<String> RESERVED = Set.of(
            ENVIRONMENT.code,
            PROMPT_VERSION.code,
            TRIGGER.code,
            ARBITER_CONFIG.code,
            DURATION_STEP.code,
            ARBITER_THRESHOLD.code);

    /** Whether a run has one value of it, or none. */
    public boolean isOfRuns() {
        return column != null;
    }

    /** As clients name it: those built in in upper case, others as they are reported. */
    public String name() {
        return BUILT_IN.contains(this) || equals(ARBITER_THRESHOLD) ? code.toUpperCase(Locale.ROOT) : code;
    }

    /** The dimension that clients name so: {@code PROVIDER}, {@code provider}, or a reporter's own; null if none can be. */
    public static @Nullable Dimension named(String name) {
        for (Dimension dimension : BUILT_IN) {
            if (dimension.code.equalsIgnoreCase(name)
                    || dimension.code.replace("_", "").equalsIgnoreCase(name)) {
                return dimension;
            }
        }
        return OWN_NAME.matcher(name).matches() && !RESERVED.contains(name) ? new Dimension(name, null) : null;
    }
}
