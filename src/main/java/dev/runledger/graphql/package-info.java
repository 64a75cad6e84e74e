/** The GraphQL API: translates between the schema and the modules behind it. */
@ApplicationModule(
        allowedDependencies = {
            "metric",
            "report",
            "ledger",
            "search",
            "rollup",
            "analytics",
            "statistics",
            "alert",
            "live",
            "database",
            "security",
            "audit",
            "event",
            "web"
        })
@NullMarked
package dev.runledger.graphql;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
