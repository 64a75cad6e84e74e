/** What happened around the pipeline, such as deploys and incidents: recorded by reporters and people, set beside what changed. */
@ApplicationModule(allowedDependencies = {"report"})
@NullMarked
package dev.runledger.event;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
