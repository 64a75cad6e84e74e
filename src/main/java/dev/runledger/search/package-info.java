/** Filters, orders, cursors and pages over runs. */
@ApplicationModule(allowedDependencies = {"metric", "report", "ledger"})
@NullMarked
package dev.runledger.search;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
