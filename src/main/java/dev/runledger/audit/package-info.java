/** Who did what, kept apart from the runs: entries are added and read, and never changed. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.runledger.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
