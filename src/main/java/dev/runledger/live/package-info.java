/** Subscriptions to runs that change, fed by the ledger's notifications on every instance. */
@ApplicationModule(allowedDependencies = {"report", "ledger", "search"})
@NullMarked
package dev.runledger.live;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
