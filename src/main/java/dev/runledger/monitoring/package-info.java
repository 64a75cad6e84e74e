/** What a monitoring system scrapes: the server's own condition and the pipeline's, as few series whatever the data holds. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.runledger.monitoring;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
