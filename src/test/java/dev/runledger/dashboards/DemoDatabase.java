package dev.runledger.dashboards;

import dev.runledger.database.TestDatabase;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** One database for all browser tests, apart from the other tests' rows. */
class DemoDatabase implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final TestDatabase DATABASE = TestDatabase.create();

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        TestPropertyValues.of(
                        "spring.datasource.url=" + DATABASE.url(),
                        "spring.datasource.username=" + DATABASE.username(),
                        "spring.datasource.password=" + DATABASE.password())
                .applyTo(context);
    }
}
