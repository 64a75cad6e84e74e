package dev.runledger.database;

import java.util.List;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;

/** Configures the shared test database as an operator would, by the datasource's properties. */
final class TestDatabaseCustomizer implements ContextCustomizerFactory {

    @Override
    public ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configAttributes) {
        return new Properties();
    }

    private record Properties() implements ContextCustomizer {

        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
            TestDatabase database = TestDatabase.shared();
            TestPropertyValues.of(
                            "spring.datasource.url=" + database.url(),
                            "spring.datasource.username=" + database.username(),
                            "spring.datasource.password=" + database.password(),
                            "spring.datasource.hikari.connection-init-sql=SET TIME ZONE 'America/St_Johns'",
                            "spring.datasource.hikari.maximum-pool-size=8",
                            "spring.test.database.replace=none")
                    .applyTo(context);
        }
    }
}
