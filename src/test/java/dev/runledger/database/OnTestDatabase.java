package dev.runledger.database;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.test.context.ContextCustomizerFactories;

/**
 * Points a test's Spring context, whole or slice, at the shared test database. Its sessions live in Newfoundland: half an
 * hour off every common zone, and not the zone of the JVM.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ContextCustomizerFactories(TestDatabaseCustomizer.class)
public @interface OnTestDatabase {}
