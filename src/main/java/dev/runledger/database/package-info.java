/** PostgreSQL for those who configured none: an embedded server in the data directory. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.runledger.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
