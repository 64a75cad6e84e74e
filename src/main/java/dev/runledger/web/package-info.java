/** What the HTTP interfaces share. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.runledger.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
