/** Queries over many runs. */
@ApplicationModule(allowedDependencies = {"metric", "report", "ledger", "search", "rollup", "statistics"})
@NullMarked
package dev.runledger.analytics;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
