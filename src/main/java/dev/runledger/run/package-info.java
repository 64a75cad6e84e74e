/** The ledger: reports of runs, their life cycle, storage and retrieval. */
@ApplicationModule(allowedDependencies = {"metric"})
@NullMarked
package dev.runledger.run;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
