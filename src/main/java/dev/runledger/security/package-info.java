/** Who may do what: service keys become authorities, everything else is refused. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.runledger.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
