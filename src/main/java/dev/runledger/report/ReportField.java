package dev.runledger.report;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a report of a run may say, field by field. The name in lower case is the field's name in the REST contract and the
 * ledger's column; its type holds the bounds.
 */
public enum ReportField {
    STARTED_AT(
            FieldType.TIME,
            "When the run began, from 1970 to ten years from now. A time without offset means UTC; kept to the microsecond."
                    + " More than five minutes ahead of the server's clock it is taken with a warning."),
    COMPLETED_AT(
            FieldType.TIME,
            "When the run ended. Before 1970 or more than ten years from now it is left out, with a warning that keeps it."),
    DURATION_SECONDS(FieldType.AMOUNT, "How long the run took, in seconds."),
    STATUS(FieldType.STATUS, "Whether the run is going on, or how it ended."),
    EXIT_CODE(
            FieldType.INTEGER, "The exit code of the pipeline's process: 0 to 6 by plan, others are kept as they are."),
    QUESTIONS_REQUESTED(FieldType.COUNT, "Questions requested of the run."),
    QUESTIONS_GENERATED(FieldType.COUNT, "Questions that providers delivered."),
    GENERATION_FAILURES(FieldType.COUNT, "Questions that providers failed to deliver."),
    GENERATION_SUCCESS_RATE(FieldType.SHARE, "Questions generated / requested, as the reporter computed it."),
    QUESTIONS_EVALUATED(FieldType.COUNT, "Questions that the arbiter scored."),
    QUESTIONS_APPROVED(FieldType.COUNT, "Questions that reached the arbiter's threshold."),
    QUESTIONS_REJECTED(FieldType.COUNT, "Questions that fell below the arbiter's threshold."),
    APPROVAL_RATE(FieldType.SHARE, "Questions approved / evaluated, as the reporter computed it."),
    AVG_ARBITER_SCORE(FieldType.NUMBER, "Mean of the arbiter's scores."),
    MIN_ARBITER_SCORE(FieldType.NUMBER, "Lowest of the arbiter's scores."),
    MAX_ARBITER_SCORE(FieldType.NUMBER, "Highest of the arbiter's scores."),
    DUPLICATES_FOUND(FieldType.COUNT, "Approved questions that were already there, in letter or in meaning."),
    EXACT_DUPLICATES(FieldType.COUNT, "Duplicates to the letter."),
    SEMANTIC_DUPLICATES(FieldType.COUNT, "Duplicates in meaning."),
    DUPLICATE_RATE(FieldType.SHARE, "Duplicates found / questions approved, as the reporter computed it."),
    QUESTIONS_INSERTED(FieldType.COUNT, "Questions stored in the end."),
    INSERTION_FAILURES(FieldType.COUNT, "Questions that could not be stored."),
    OVERALL_SUCCESS_RATE(FieldType.SHARE, "Questions inserted / requested, as the reporter computed it."),
    TOTAL_ERRORS(FieldType.COUNT, "Errors of all stages."),
    TOTAL_API_CALLS(FieldType.COUNT, "Calls to providers and arbiter."),
    PROVIDER_METRICS(
            FieldType.OBJECT_OF_OBJECTS,
            "Per provider: generated, api_calls, failures, and what else the reporter knows."),
    TYPE_METRICS(FieldType.OBJECT_OF_INTEGERS, "Questions per question type."),
    DIFFICULTY_METRICS(FieldType.OBJECT_OF_INTEGERS, "Questions per difficulty."),
    ERROR_SUMMARY(FieldType.OBJECT, "Errors: usually by_category, by_severity and critical_count."),
    PROMPT_VERSION(FieldType.TEXT, 50, "Version of the generation prompt."),
    ARBITER_CONFIG_VERSION(FieldType.TEXT, 50, "Version of the arbiter's configuration."),
    MIN_ARBITER_SCORE_THRESHOLD(FieldType.NUMBER, "Score from which the arbiter approved."),
    ENVIRONMENT(FieldType.TEXT, 20, "Where the pipeline ran: production, staging, ..."),
    TRIGGERED_BY(FieldType.TEXT, 50, "What started the run: scheduler, manual, ..."),
    CLIENT_RUN_ID(FieldType.TEXT, 100, "The reporter's own name for the run."),
    TOTAL_COST_USD(FieldType.AMOUNT, "Cost of the run in US dollars."),
    TOTAL_INPUT_TOKENS(FieldType.TOKENS, "Tokens sent to the models."),
    TOTAL_OUTPUT_TOKENS(FieldType.TOKENS, "Tokens received from the models."),
    COST_BY_PROVIDER(
            FieldType.OBJECT_OF_OBJECTS, "Per provider: total_cost_usd, total_input_tokens, total_output_tokens."),
    METRICS(
            FieldType.METRICS,
            "Metrics of the reporter's own, by name: value, and what it is of; without of, per run. At most 50."),
    BREAKDOWNS(
            FieldType.BREAKDOWNS,
            "Figures by name within dimensions of the reporter's own, such as model: generated, failures, api_calls, evaluated, approved,"
                    + " cost_usd, input_tokens, output_tokens. At most 10 dimensions.");

    private final FieldType type;
    private final int maxLength;
    private final String description;
    private final String column = name().toLowerCase(Locale.ROOT);
    private final String judgeName = column.replace("arbiter", "judge");
    private final String attribute = Pattern.compile("_([a-z])")
            .matcher(column)
            .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));

    ReportField(FieldType type, String description) {
        this(type, 0, description);
    }

    ReportField(FieldType type, int maxLength, String description) {
        this.type = type;
        this.maxLength = maxLength;
        this.description = description;
    }

    /** The field's name in the REST contract, and the ledger's column. */
    public String column() {
        return column;
    }

    /** The name that newer reporters use, who say judge for arbiter; for all other fields the same as {@link #column()}. */
    public String judgeName() {
        return judgeName;
    }

    /** The same in camel case: the field's name in the GraphQL schema, and the attribute of a stored run. */
    public String attribute() {
        return attribute;
    }

    public FieldType type() {
        return type;
    }

    /** The most characters of a text; 0 for all other types. */
    public int maxLength() {
        return maxLength;
    }

    public boolean isRequired() {
        return this == STARTED_AT || this == STATUS || this == QUESTIONS_REQUESTED;
    }

    /** One sentence for whoever reads the contract. */
    public String description() {
        return description;
    }

    /** Whether it is known at the start already, so that a start may fill in what a completion left out. */
    public boolean isContext() {
        return switch (this) {
            case PROMPT_VERSION,
                    ARBITER_CONFIG_VERSION,
                    MIN_ARBITER_SCORE_THRESHOLD,
                    ENVIRONMENT,
                    TRIGGERED_BY,
                    CLIENT_RUN_ID -> true;
            default -> false;
        };
    }
}
