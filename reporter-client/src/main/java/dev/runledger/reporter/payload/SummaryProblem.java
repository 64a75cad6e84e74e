package dev.runledger.reporter.payload;

/**
 * Why a run is reported without its figures though it has a summary.
 *
 * @param type short and stable
 * @param message for people
 */
public record SummaryProblem(String type, String message) {

    /** A map that holds itself, or an object that cannot be read. */
    public static final SummaryProblem NOT_JSON = unreadable("the summary cannot be written as JSON");

    /** There is none. */
    public static SummaryProblem missing(String message) {
        return new SummaryProblem("summary_missing", message);
    }

    /** There is something, but no summary. */
    public static SummaryProblem unreadable(String message) {
        return new SummaryProblem("summary_unreadable", message);
    }
}
