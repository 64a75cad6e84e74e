/** Alert rules, checked whenever runs changed, the alerts that they raise, and the messages about them. */
@ApplicationModule(
        allowedDependencies = {
            "metric",
            "report",
            "ledger",
            "search",
            "rollup",
            "analytics",
            "statistics",
            "event",
            "live"
        })
@NullMarked
package dev.runledger.alert;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
