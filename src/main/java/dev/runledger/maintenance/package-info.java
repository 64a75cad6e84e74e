/** Commands of the jar, and what it says at its start. */
@ApplicationModule(allowedDependencies = {"rollup", "alert", "database", "security"})
@NullMarked
package dev.runledger.maintenance;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
