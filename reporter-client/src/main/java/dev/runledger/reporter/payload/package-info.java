/** What is posted: from a MetricsTracker summary to the payload, as vectors/README.md says. Uses nothing else here. */
@NullMarked
package dev.runledger.reporter.payload;

import org.jspecify.annotations.NullMarked;
