package dev.runledger.database;

import java.nio.file.Path;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Connects to the embedded PostgreSQL when no other is configured. */
@Configuration(proxyBeanMethods = false)
@Conditional(NoDatasourceConfigured.class)
public class EmbeddedPostgresConfiguration {

    @Bean
    DataDirectory dataDirectory(Environment environment) {
        return DataDirectory.claim(Path.of(environment.getRequiredProperty("runledger.data-dir")));
    }

    @Bean
    EmbeddedPostgres embeddedPostgres(DataDirectory dataDirectory) {
        return EmbeddedPostgres.start(dataDirectory);
    }

    /** Starts the database ahead of everything else: if that fails, its reason is the only thing on the screen. */
    @Bean
    static BeanFactoryPostProcessor databaseFirst() {
        return beans -> beans.getBean(EmbeddedPostgres.class);
    }

    @Bean
    JdbcConnectionDetails embeddedConnection(EmbeddedPostgres postgres) {
        return new EmbeddedConnection(postgres.jdbcUrl(), postgres.password());
    }

    private record EmbeddedConnection(String url, String password) implements JdbcConnectionDetails {

        @Override
        public String getJdbcUrl() {
            return url;
        }

        @Override
        public String getUsername() {
            return EmbeddedPostgres.USER;
        }

        @Override
        public String getPassword() {
            return password;
        }

        @Override
        public String toString() {
            return url;
        }
    }
}
