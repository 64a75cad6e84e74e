package dev.runledger;

import dev.runledger.database.OnTestDatabase;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;

/** A test of the whole application: real HTTP on a random port, the shared test database, and the keys of {@link TestKeys}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@OnTestDatabase
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "runledger.keys.writer=" + TestKeys.WRITER,
            "runledger.keys.reporter=" + TestKeys.REPORTER,
            "runledger.keys.viewer=" + TestKeys.VIEWER,
            "runledger.keys.analyst=" + TestKeys.ANALYST,
            "runledger.keys.oncall=" + TestKeys.ONCALL,
            "runledger.keys.admin=" + TestKeys.ADMIN
        })
public @interface RunledgerTest {}
