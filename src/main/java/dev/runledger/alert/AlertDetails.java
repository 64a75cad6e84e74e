package dev.runledger.alert;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a message says of an alert beside what was measured.
 *
 * @param causes in words, the likeliest first
 * @param errorCategories of the runs that it rests on, the most frequent first
 * @param runs that it rests on, the last ones, the newest first
 * @param url of the page about alerts; null if the server does not know where it is reached
 * @param queryUrl of the query for its runs; null likewise
 */
record AlertDetails(
        List<String> causes,
        List<ErrorCategory> errorCategories,
        List<FailingRun> runs,
        @Nullable String url,
        @Nullable String queryUrl) {

    /** @param errors that the runs reported of it, together */
    record ErrorCategory(String category, long errors) {}

    /** @param url of its page; null if the server does not know where it is reached */
    record FailingRun(
            UUID id,
            @Nullable String clientRunId,
            String status,
            Instant startedAt,
            @Nullable String url) {}
}
