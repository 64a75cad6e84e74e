package dev.runledger.dashboards;

import dev.runledger.TestKeys;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.ContextConfiguration;

/**
 * A test of the pages as people see them: a real browser, the whole application on a port of its own, and a database with
 * the demo history. Its methods take a {@link Browsing}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("browser")
@ExtendWith(BrowserExtension.class)
@ActiveProfiles("demo")
@ContextConfiguration(initializers = DemoDatabase.class)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "runledger.keys.reporter=" + TestKeys.REPORTER,
            "runledger.keys.analyst=" + TestKeys.ANALYST,
            "runledger.keys.admin=" + TestKeys.ADMIN
        })
@interface BrowserTest {}
