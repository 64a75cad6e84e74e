/** The REST door: the contract that deployed reporters rely on, translated to and from the ledger. */
@ApplicationModule(allowedDependencies = {"metric", "run"})
@NullMarked
package dev.runledger.rest;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
