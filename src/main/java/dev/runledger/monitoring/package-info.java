/**
 * What a monitoring system scrapes: the server's own condition and the pipeline's, as few series whatever the data holds; and the
 * traces that it sends, if they are switched on.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.runledger.monitoring;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
