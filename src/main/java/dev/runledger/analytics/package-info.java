/** Questions over many runs. */
@ApplicationModule(allowedDependencies = {"metric", "run"})
@NullMarked
package dev.runledger.analytics;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
