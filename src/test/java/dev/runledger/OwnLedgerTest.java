package dev.runledger;

import dev.runledger.database.TestDatabase;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfiguration;

/** As {@link RunledgerTest}, on a ledger in which nobody else's runs are. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "runledger.keys.reporter=" + TestKeys.REPORTER,
            "runledger.keys.analyst=" + TestKeys.ANALYST,
            "runledger.keys.admin=" + TestKeys.ADMIN
        })
@ContextConfiguration(initializers = OwnLedgerTest.OwnDatabase.class)
public @interface OwnLedgerTest {

    /** Configures a database that was empty, as an operator would. */
    class OwnDatabase implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            TestDatabase database = TestDatabase.create();
            TestPropertyValues.of(
                            "spring.datasource.url=" + database.url(),
                            "spring.datasource.username=" + database.username(),
                            "spring.datasource.password=" + database.password(),
                            "spring.datasource.hikari.maximum-pool-size=8")
                    .applyTo(context);
        }
    }
}
