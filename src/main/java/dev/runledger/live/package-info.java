/** Tells of runs that change, on whichever instance they were recorded, while somebody listens. */
@ApplicationModule(allowedDependencies = {"report", "ledger", "search"})
@NullMarked
package dev.runledger.live;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
