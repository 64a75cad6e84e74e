/** The REST API: the contract that deployed reporters rely on, translated to and from the ledger. */
@ApplicationModule(
        allowedDependencies = {
            "metric",
            "report",
            "ledger",
            "search",
            "rollup",
            "analytics",
            "statistics",
            "database",
            "web"
        })
@NullMarked
package dev.runledger.rest;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
