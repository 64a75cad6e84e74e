/**
 * Reports a pipeline's runs to Runledger without ever disturbing the pipeline: {@link dev.runledger.reporter.RunReporter}
 * is all that most callers need. May use {@code payload}, {@code spool} and {@code delivery}.
 */
@NullMarked
package dev.runledger.reporter;

import org.jspecify.annotations.NullMarked;
