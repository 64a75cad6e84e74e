/** Old history from logs, heartbeats and summaries. May use {@code delivery} and {@code payload}. */
@NullMarked
package dev.runledger.reporter.history;

import org.jspecify.annotations.NullMarked;
