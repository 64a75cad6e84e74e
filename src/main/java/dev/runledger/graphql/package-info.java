/** The GraphQL door: translates between the schema and the modules behind it. */
@ApplicationModule(allowedDependencies = {"metric", "run", "analytics", "analytics :: statistics", "live", "database"})
@NullMarked
package dev.runledger.graphql;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
