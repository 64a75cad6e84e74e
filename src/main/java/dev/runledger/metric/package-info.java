/** What a run counts and how rates are formed from counts. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.runledger.metric;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
