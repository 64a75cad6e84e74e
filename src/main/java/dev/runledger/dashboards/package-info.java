/** The web pages, served from the server's own jar. They read what they show from the API. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.runledger.dashboards;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
