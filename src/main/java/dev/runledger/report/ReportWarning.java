package dev.runledger.report;

/**
 * Two numbers of a report that contradict each other. The report is kept as sent all the same.
 *
 * @param field the field of the REST contract that cannot be right beside the others
 * @param type a short stable name of the contradiction
 * @param message both numbers, in words
 */
public record ReportWarning(String field, String type, String message) {}
