package dev.runledger.report;

/**
 * What is odd about a report that was taken all the same: two numbers of it that contradict each other, or a value that was
 * left out or changed.
 *
 * @param field the field of the REST contract that it is about
 * @param type a short stable name of the oddity
 * @param message what was found, in words
 */
public record ReportWarning(String field, String type, String message) {

    /** The type by which a reporter says that it never had the figures of a run that ended well. */
    public static final String FIGURES_UNKNOWN = "figures_unknown";
}
