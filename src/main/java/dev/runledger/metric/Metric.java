package dev.runledger.metric;

import static dev.runledger.metric.Count.DUPLICATES_FOUND;
import static dev.runledger.metric.Count.EXACT_DUPLICATES;
import static dev.runledger.metric.Count.GENERATION_FAILURES;
import static dev.runledger.metric.Count.INSERTION_FAILURES;
import static dev.runledger.metric.Count.QUESTIONS_APPROVED;
import static dev.runledger.metric.Count.QUESTIONS_EVALUATED;
import static dev.runledger.metric.Count.QUESTIONS_GENERATED;
import static dev.runledger.metric.Count.QUESTIONS_INSERTED;
import static dev.runledger.metric.Count.QUESTIONS_REJECTED;
import static dev.runledger.metric.Count.QUESTIONS_REQUESTED;
import static dev.runledger.metric.Count.SEMANTIC_DUPLICATES;
import static dev.runledger.metric.Count.TOTAL_API_CALLS;
import static dev.runledger.metric.Count.TOTAL_ERRORS;
import static dev.runledger.metric.Formula.decimal;
import static dev.runledger.metric.Formula.mean;
import static dev.runledger.metric.Formula.where;
import static dev.runledger.metric.Polarity.HIGHER_IS_BETTER;
import static dev.runledger.metric.Polarity.LOWER_IS_BETTER;
import static dev.runledger.metric.Unit.CALLS;
import static dev.runledger.metric.Unit.COUNT;
import static dev.runledger.metric.Unit.ERRORS;
import static dev.runledger.metric.Unit.SCORE;
import static dev.runledger.metric.Unit.SECONDS;
import static dev.runledger.metric.Unit.SHARE;
import static dev.runledger.metric.Unit.TOKENS;
import static dev.runledger.metric.Unit.USD;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is measured over many runs: always the sum of a numerator over the sum of a denominator. This is the one home of every
 * formula: rollups, unfolded changes, raw reads, audits and single runs are all read by what is written here. Equal if the
 * names are.
 */
public final class Metric {

    /** What reporters may call metrics of their own. */
    public static final Pattern OWN_NAME = Pattern.compile("[a-z][A-Za-z0-9_.-]{0,49}");

    /** Before the name of a reporter's own metric in the database, so that no metric built in later can meet it. */
    public static final String OWN_PREFIX = "own:";

    private static final Map<String, Metric> BUILT_IN = new java.util.LinkedHashMap<>();

    private static final String SCORED = "run.questions_evaluated > 0 AND run.avg_arbiter_score IS NOT NULL";

    /** A reporter that never had a run's figures says so; its zeros are none then. */
    private static final String REQUESTED = "run.questions_requested > 0"
            + " AND NOT coalesce(run.report_warnings @> '[{\"type\": \"figures_unknown\"}]', false)";

    /** Duplicates that are neither one nor the other were reported without their kinds. */
    private static final String KINDS_OF_DUPLICATES =
            "(run.duplicates_found = 0 OR run.exact_duplicates > 0 OR run.semantic_duplicates > 0)";

    private static final String ANY_TOKENS = "coalesce(run.total_input_tokens, run.total_output_tokens) IS NOT NULL";
    private static final String ALL_TOKENS =
            "coalesce(run.total_input_tokens, 0)::numeric + coalesce(run.total_output_tokens, 0)";

    /** Of finished runs only: those that go on leave soon, and extremes cannot be subtracted. */
    private static final String STARTED =
            "CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END";

    /** Rounded, since a quotient has no end; to 12 digits, so that it is the same wherever it is computed. */
    private static final String ATTRIBUTED = "round(greatest(entry.generated, 0) * run.questions_approved"
            + " / nullif(run.questions_evaluated, 0), 12)";

    public static final Metric RUN_SUCCESS_RATE = builtIn(
                    "RUN_SUCCESS_RATE", SHARE, HIGHER_IS_BETTER, "Of a run: successful runs / finished runs, 0 to 1.")
            .ofRun(Formula.of("(run.status = 'success')::int", "1").withExtremes(STARTED, STARTED));
    public static final Metric RUN_FAILURE_RATE = builtIn(
                    "RUN_FAILURE_RATE",
                    SHARE,
                    LOWER_IS_BETTER,
                    "Of a run: failed runs / finished runs, 0 to 1. Of a name that runs count something under: failed runs / runs that count more than 0.")
            .ofRun(Formula.of("(run.status = 'failed')::int", "1"))
            .ofTally(Formula.of("(entry.quantity > 0 AND run.status = 'failed')::int", "(entry.quantity > 0)::int"));
    public static final Metric GENERATION_SUCCESS_RATE = builtIn(
                    "GENERATION_SUCCESS_RATE",
                    SHARE,
                    HIGHER_IS_BETTER,
                    "Of a run: questions generated / requested, 0 to 1, over runs that recorded both: not those that evaluated questions, yet count neither generated ones nor failures, and not those with the warning figures_unknown.")
            .ofRun(where(
                    REQUESTED
                            + " AND (run.questions_generated > 0 OR run.generation_failures > 0 OR run.questions_evaluated = 0)",
                    count(QUESTIONS_GENERATED),
                    count(QUESTIONS_REQUESTED)));
    public static final Metric GENERATION_FAILURE_RATE = builtIn(
                    "GENERATION_FAILURE_RATE",
                    SHARE,
                    LOWER_IS_BETTER,
                    "Of a run: questions that providers failed to deliver / (these and those generated), 0 to 1.")
            .ofRun(Formula.of(
                    count(GENERATION_FAILURES), "run.generation_failures::numeric + run.questions_generated"));
    public static final Metric APPROVAL_RATE = builtIn(
                    "APPROVAL_RATE",
                    SHARE,
                    HIGHER_IS_BETTER,
                    "Of a run: questions approved / evaluated, 0 to 1. Of a name: the same for its own questions, from the runs that report both for it.")
            .ofRun(counts(QUESTIONS_APPROVED, QUESTIONS_EVALUATED))
            .ofOutcome(where(
                    "entry.evaluated IS NOT NULL AND entry.approved IS NOT NULL", "entry.approved", "entry.evaluated"));
    public static final Metric REJECTION_RATE = builtIn(
                    "REJECTION_RATE", SHARE, LOWER_IS_BETTER, "Of a run: questions rejected / evaluated, 0 to 1.")
            .ofRun(counts(QUESTIONS_REJECTED, QUESTIONS_EVALUATED));
    public static final Metric DUPLICATE_RATE = builtIn(
                    "DUPLICATE_RATE",
                    SHARE,
                    LOWER_IS_BETTER,
                    "Of a run: duplicates found / questions approved, 0 to 1.")
            .ofRun(counts(DUPLICATES_FOUND, QUESTIONS_APPROVED));
    public static final Metric EXACT_DUPLICATE_RATE = builtIn(
                    "EXACT_DUPLICATE_RATE",
                    SHARE,
                    LOWER_IS_BETTER,
                    "Of a run: duplicates to the letter / questions approved, 0 to 1, over runs that say of which kind their duplicates are.")
            .ofRun(Formula.of(count(EXACT_DUPLICATES), KINDS_OF_DUPLICATES + "::int * " + count(QUESTIONS_APPROVED)));
    public static final Metric SEMANTIC_DUPLICATE_RATE = builtIn(
                    "SEMANTIC_DUPLICATE_RATE",
                    SHARE,
                    LOWER_IS_BETTER,
                    "Of a run: duplicates in meaning / questions approved, 0 to 1, over runs that say of which kind their duplicates are.")
            .ofRun(Formula.of(
                    count(SEMANTIC_DUPLICATES), KINDS_OF_DUPLICATES + "::int * " + count(QUESTIONS_APPROVED)));
    public static final Metric OVERALL_SUCCESS_RATE = builtIn(
                    "OVERALL_SUCCESS_RATE",
                    SHARE,
                    HIGHER_IS_BETTER,
                    "Of a run: questions inserted / requested, 0 to 1, over runs that were asked for any and have no warning figures_unknown.")
            .ofRun(where(REQUESTED, count(QUESTIONS_INSERTED), count(QUESTIONS_REQUESTED)));
    public static final Metric INSERTION_FAILURE_RATE = builtIn(
                    "INSERTION_FAILURE_RATE",
                    SHARE,
                    LOWER_IS_BETTER,
                    "Of a run: questions that could not be stored / (these and those inserted), 0 to 1.")
            .ofRun(Formula.of(count(INSERTION_FAILURES), "run.insertion_failures::numeric + run.questions_inserted"));
    public static final Metric ARBITER_SCORE = builtIn(
                    "ARBITER_SCORE",
                    SCORE,
                    HIGHER_IS_BETTER,
                    "Of a run: mean arbiter score per evaluated question, on the arbiter's own scale; a run's reported mean counts once per question that it evaluated, and not at all if it evaluated none.")
            .ofRun(where(
                            SCORED,
                            decimal("run.avg_arbiter_score") + " * run.questions_evaluated",
                            count(QUESTIONS_EVALUATED))
                    .withExtremes(ofEvaluated("run.min_arbiter_score"), ofEvaluated("run.max_arbiter_score")));
    public static final Metric ARBITER_THRESHOLD = builtIn(
                    "ARBITER_THRESHOLD",
                    SCORE,
                    HIGHER_IS_BETTER,
                    "Of a run: mean score from which the arbiter approved, over runs that report one.")
            .ofRun(mean("run.min_arbiter_score_threshold"));
    public static final Metric DURATION = builtIn(
                    "DURATION",
                    SECONDS,
                    LOWER_IS_BETTER,
                    "Of a run: mean duration of a run, in seconds, over runs that report one.")
            .ofRun(mean("run.duration_seconds"));
    public static final Metric DURATION_PER_QUESTION = builtIn(
                    "DURATION_PER_QUESTION",
                    SECONDS,
                    LOWER_IS_BETTER,
                    "Of a run: seconds per requested question, over runs that report a duration and requested anything.")
            .ofRun(where(
                    "run.duration_seconds IS NOT NULL AND run.questions_requested > 0",
                    decimal("run.duration_seconds"),
                    count(QUESTIONS_REQUESTED)));
    public static final Metric API_CALLS_PER_INSERTED_QUESTION = builtIn(
                    "API_CALLS_PER_INSERTED_QUESTION",
                    CALLS,
                    LOWER_IS_BETTER,
                    "Of a run: API calls / questions inserted, over runs that report any calls, whatever they inserted.")
            .ofRun(Formula.of(count(TOTAL_API_CALLS), "(run.total_api_calls > 0)::int * " + count(QUESTIONS_INSERTED)));
    public static final Metric COST_PER_INSERTED_QUESTION = builtIn(
                    "COST_PER_INSERTED_QUESTION",
                    USD,
                    LOWER_IS_BETTER,
                    "Of a run: US dollars / questions inserted, over runs that report a cost, whatever they inserted.")
            .ofRun(where("run.total_cost_usd IS NOT NULL", decimal("run.total_cost_usd"), count(QUESTIONS_INSERTED)));
    public static final Metric TOKENS_PER_INSERTED_QUESTION = builtIn(
                    "TOKENS_PER_INSERTED_QUESTION",
                    TOKENS,
                    LOWER_IS_BETTER,
                    "Of a run: input and output tokens / questions inserted, over runs that report either.")
            .ofRun(where(ANY_TOKENS, ALL_TOKENS, count(QUESTIONS_INSERTED)));
    public static final Metric COST_PER_RUN = builtIn(
                    "COST_PER_RUN",
                    USD,
                    LOWER_IS_BETTER,
                    "Mean cost of a run, in US dollars, over runs that report one. Of a name: mean cost that runs report of it.")
            .ofRun(mean("run.total_cost_usd"))
            .ofOutcome(where("entry.cost_usd IS NOT NULL", "entry.cost_usd", "1"));
    public static final Metric INPUT_TOKENS_PER_RUN = builtIn(
                    "INPUT_TOKENS_PER_RUN",
                    TOKENS,
                    LOWER_IS_BETTER,
                    "Mean number of tokens sent to the models, over runs that report it, of all or of a name.")
            .ofRun(where("run.total_input_tokens IS NOT NULL", "run.total_input_tokens::numeric", "1"))
            .ofOutcome(where("entry.input_tokens IS NOT NULL", "entry.input_tokens", "1"));
    public static final Metric OUTPUT_TOKENS_PER_RUN = builtIn(
                    "OUTPUT_TOKENS_PER_RUN",
                    TOKENS,
                    LOWER_IS_BETTER,
                    "Mean number of tokens received from the models, over runs that report it, of all or of a name.")
            .ofRun(where("run.total_output_tokens IS NOT NULL", "run.total_output_tokens::numeric", "1"))
            .ofOutcome(where("entry.output_tokens IS NOT NULL", "entry.output_tokens", "1"));
    public static final Metric TOKENS_PER_RUN = builtIn(
                    "TOKENS_PER_RUN",
                    TOKENS,
                    LOWER_IS_BETTER,
                    "Of a run: mean number of input and output tokens, over runs that report either.")
            .ofRun(where(ANY_TOKENS, ALL_TOKENS, "1"));
    public static final Metric ERRORS_PER_RUN = builtIn(
                    "ERRORS_PER_RUN", ERRORS, LOWER_IS_BETTER, "Of a run: mean number of errors of a run.")
            .ofRun(Formula.of(count(TOTAL_ERRORS), "1"));
    public static final Metric QUESTIONS_REQUESTED_PER_RUN = builtIn(
                    "QUESTIONS_REQUESTED_PER_RUN",
                    Unit.COUNT,
                    HIGHER_IS_BETTER,
                    "Of a run: mean number of questions that a run was asked for.")
            .ofRun(Formula.of(count(QUESTIONS_REQUESTED), "1"));
    public static final Metric QUESTIONS_GENERATED_PER_RUN = builtIn(
                    "QUESTIONS_GENERATED_PER_RUN",
                    Unit.COUNT,
                    HIGHER_IS_BETTER,
                    "Of a run: mean number of questions that providers delivered in a run.")
            .ofRun(Formula.of(count(QUESTIONS_GENERATED), "1"));
    public static final Metric QUESTIONS_INSERTED_PER_RUN = builtIn(
                    "QUESTIONS_INSERTED_PER_RUN",
                    Unit.COUNT,
                    HIGHER_IS_BETTER,
                    "Of a run: mean number of questions that a run stored in the end.")
            .ofRun(Formula.of(count(QUESTIONS_INSERTED), "1"));
    public static final Metric REPORTED_OVERALL_SUCCESS_RATE = builtIn(
                    "REPORTED_OVERALL_SUCCESS_RATE",
                    SHARE,
                    HIGHER_IS_BETTER,
                    "Of a run: mean of the overall success rates as reporters computed them, each run counting once.")
            .ofRun(mean("run.overall_success_rate"));
    public static final Metric REPORTED_APPROVAL_RATE = builtIn(
                    "REPORTED_APPROVAL_RATE",
                    SHARE,
                    HIGHER_IS_BETTER,
                    "Of a run: mean of the approval rates as reporters computed them, each run counting once.")
            .ofRun(mean("run.approval_rate"));
    public static final Metric REPORTED_DUPLICATE_RATE = builtIn(
                    "REPORTED_DUPLICATE_RATE",
                    SHARE,
                    LOWER_IS_BETTER,
                    "Of a run: mean of the duplicate rates as reporters computed them, each run counting once.")
            .ofRun(mean("run.duplicate_rate"));
    public static final Metric REPORTED_ARBITER_SCORE = builtIn(
                    "REPORTED_ARBITER_SCORE",
                    SCORE,
                    HIGHER_IS_BETTER,
                    "Of a run: mean of the arbiter's mean scores as reported, each run counting once.")
            .ofRun(mean("run.avg_arbiter_score")
                    .withExtremes(decimal("run.min_arbiter_score"), decimal("run.max_arbiter_score")));
    public static final Metric PROVIDER_SUCCESS_RATE = builtIn(
                    "PROVIDER_SUCCESS_RATE",
                    SHARE,
                    HIGHER_IS_BETTER,
                    "Of a name, such as a provider: questions generated / (generated + failures), 0 to 1.")
            .ofOutcome(Formula.of(number("generated"), number("generated") + " + " + number("failures")));
    public static final Metric ATTRIBUTED_APPROVAL_RATE = builtIn(
                    "ATTRIBUTED_APPROVAL_RATE",
                    SHARE,
                    HIGHER_IS_BETTER,
                    "Of a name, such as a provider, an estimate: the approval rates of the runs it took part in, each weighted by the questions that it generated for them, 0 to 1. It reflects those runs, not its own questions.")
            .ofOutcome(where("run.questions_evaluated > 0", ATTRIBUTED, number("generated")));
    public static final Metric API_CALLS_PER_GENERATED_QUESTION = builtIn(
                    "API_CALLS_PER_GENERATED_QUESTION",
                    CALLS,
                    LOWER_IS_BETTER,
                    "Of a name, such as a provider: API calls / questions generated, over runs that report its calls.")
            .ofOutcome(Formula.of(number("api_calls"), "(entry.api_calls IS NOT NULL)::int * " + number("generated")));
    public static final Metric COST_PER_GENERATED_QUESTION = builtIn(
                    "COST_PER_GENERATED_QUESTION",
                    USD,
                    LOWER_IS_BETTER,
                    "Of a name, such as a provider: US dollars / questions generated, over runs that report its cost.")
            .ofOutcome(where("entry.cost_usd IS NOT NULL", "entry.cost_usd", number("generated")));
    public static final Metric OUTCOME_COVERAGE = builtIn(
                    "OUTCOME_COVERAGE",
                    SHARE,
                    HIGHER_IS_BETTER,
                    "Of a name, such as a provider: runs that report outcomes of it / runs that name it, in outcomes or costs, 0 to 1.")
            .ofOutcome(Formula.of("entry.reported::int", "1"));
    public static final Metric QUANTITY_PER_RUN = builtIn(
                    "QUANTITY_PER_RUN",
                    COUNT,
                    LOWER_IS_BETTER,
                    "Of a name that runs count something under, such as an error category: the mean count, over runs that use the name.")
            .ofTally(Formula.of("coalesce(entry.quantity, 0)", "1"));

    /** What a formula is over. */
    public enum Subject {
        /** A run. */
        RUN,
        /** What a run reports as outcome of one name: a provider, a model, and so on. */
        OUTCOME,
        /** What a run counts under one name: a question type, a category of errors, and so on. */
        TALLY
    }

    private final String name;
    private final Unit unit;
    private final Polarity polarity;
    private final String description;
    private final Map<Subject, Formula> formulas = new EnumMap<>(Subject.class);

    private Metric(String name, Unit unit, Polarity polarity, String description) {
        this.name = name;
        this.unit = unit;
        this.polarity = polarity;
        this.description = description;
    }

    private static Metric builtIn(String name, Unit unit, Polarity polarity, String description) {
        Metric metric = new Metric(name, unit, polarity, description);
        BUILT_IN.put(name, metric);
        return metric;
    }

    /** A metric that reporters send themselves, as {@code metrics} of a report. */
    public static Metric own(String name, Unit unit, Polarity polarity) {
        if (!OWN_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("No metric can be called " + name);
        }
        return new Metric(name, unit, polarity, "Reported as a metric of its own.");
    }

    private Metric ofRun(Formula formula) {
        formulas.put(Subject.RUN, formula);
        return this;
    }

    private Metric ofOutcome(Formula formula) {
        formulas.put(Subject.OUTCOME, formula);
        return this;
    }

    private Metric ofTally(Formula formula) {
        formulas.put(Subject.TALLY, formula);
        return this;
    }

    private static Formula counts(Count numerator, Count denominator) {
        return Formula.of(count(numerator), count(denominator));
    }

    /**
     * The product of two 32-bit counts fits; summed, it is numeric. Several times faster than numeric, which it takes for anything
     * greater, such as the sum of two counts.
     */
    private static String count(Count count) {
        return "run.%s::bigint".formatted(count.column());
    }

    /** What is absent counts as 0, and so does what nobody can have meant. */
    private static String number(String member) {
        return "greatest(entry.%s, 0)".formatted(member);
    }

    private static String ofEvaluated(String score) {
        return "CASE WHEN run.questions_evaluated > 0 THEN %s END".formatted(decimal(score));
    }

    /** As clients name it: {@code APPROVAL_RATE}, or a reporter's own name. */
    public String name() {
        return name;
    }

    public Unit unit() {
        return unit;
    }

    /** Which way it should move. */
    public Polarity polarity() {
        return polarity;
    }

    /** A sentence for analysts: what is divided by what. */
    public String description() {
        return description;
    }

    public boolean isOwn() {
        return !BUILT_IN.containsKey(name);
    }

    /** As the database names it. */
    public String code() {
        return isOwn() ? OWN_PREFIX + name : name.toLowerCase(Locale.ROOT);
    }

    /** What one subject adds to it; null if such subjects do not have it, and for a reporter's own. */
    public @Nullable Formula formula(Subject subject) {
        return formulas.get(subject);
    }

    /** Whether runs have it. */
    public boolean isOfRuns() {
        return isOwn() || formulas.containsKey(Subject.RUN);
    }

    /** Whether what runs report under names, of providers and the like, has it. */
    public boolean isOfNames() {
        return formulas.containsKey(Subject.OUTCOME) || formulas.containsKey(Subject.TALLY);
    }

    /**
     * Where the sum of a count is found.
     *
     * @param metric whose numerators or denominators are the count
     */
    public record Counted(Metric metric, boolean isNumerator) {}

    /** The metric that the sum of a count is read from, as none has sums of its own. */
    public static Counted counting(Count count) {
        String sql = count(count);
        for (Metric metric : of(Subject.RUN)) {
            Formula formula = metric.formula(Subject.RUN);
            if (formula.x().equals(sql) || formula.m().equals(sql)) {
                return new Counted(metric, formula.x().equals(sql));
            }
        }
        throw new IllegalStateException("No metric has " + count);
    }

    /** All that are built in, of the subject. */
    public static List<Metric> of(Subject subject) {
        return builtIn().stream()
                .filter(metric -> metric.formulas.containsKey(subject))
                .toList();
    }

    public static List<Metric> builtIn() {
        return List.copyOf(BUILT_IN.values());
    }

    /** The one that is built in under the name; null if none is. */
    public static @Nullable Metric builtIn(String name) {
        return BUILT_IN.get(name);
    }

    /** The metric that clients name so, built in or a reporter's own; null if none can be. */
    public static @Nullable Metric named(String name) {
        Metric builtIn = BUILT_IN.get(name);
        if (builtIn != null) {
            return builtIn;
        }
        return OWN_NAME.matcher(name).matches() ? own(name, Unit.NUMBER, Polarity.UNKNOWN) : null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Metric metric && metric.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
