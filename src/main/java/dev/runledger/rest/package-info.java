/** The REST door: the contract that deployed reporters rely on, translated to and from the ledger. */
@ApplicationModule(allowedDependencies = {"metric", "run", "analytics", "database"})
@NullMarked
package dev.runledger.rest;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
