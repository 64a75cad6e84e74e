/** A history to look at, for those who have none yet: profile {@code demo}. */
@ApplicationModule(allowedDependencies = {"report", "ledger", "search"})
@NullMarked
package dev.runledger.demo;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
