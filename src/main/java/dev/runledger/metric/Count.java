package dev.runledger.metric;

import java.util.Locale;

/** What a run counts: questions at each stage of the pipeline, duplicates, errors and API calls. Never negative. */
public enum Count {
    QUESTIONS_REQUESTED,
    QUESTIONS_GENERATED,
    GENERATION_FAILURES,
    QUESTIONS_EVALUATED,
    QUESTIONS_APPROVED,
    QUESTIONS_REJECTED,
    DUPLICATES_FOUND,
    EXACT_DUPLICATES,
    SEMANTIC_DUPLICATES,
    QUESTIONS_INSERTED,
    INSERTION_FAILURES,
    TOTAL_ERRORS,
    TOTAL_API_CALLS;

    /** The ledger's column, which is also the field's name in the REST contract. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
