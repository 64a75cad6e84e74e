/** Runs as rows: their life cycle and identity, conditional upserts, stuck runs, deletion. */
@ApplicationModule(allowedDependencies = {"metric", "report"})
@NullMarked
package dev.runledger.ledger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
