/** A report as it is sent: its fields and their bounds, faults, warnings, digest. No database, no HTTP. */
@ApplicationModule(allowedDependencies = {"metric"})
@NullMarked
package dev.runledger.report;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
