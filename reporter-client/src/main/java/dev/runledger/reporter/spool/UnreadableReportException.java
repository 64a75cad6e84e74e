package dev.runledger.reporter.spool;

/** A file of the spool that holds no report. */
public final class UnreadableReportException extends Exception {

    UnreadableReportException(String message) {
        super(message);
    }
}
