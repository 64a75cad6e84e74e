/** The web pages, served from the server's own jar. What they show they ask for at the other doors. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.runledger.dashboards;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
