/** The rollups: folded from changes, read together with them, audited and rebuilt. */
@ApplicationModule(allowedDependencies = {"metric", "report", "ledger", "search", "statistics", "database"})
@NullMarked
package dev.runledger.rollup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
