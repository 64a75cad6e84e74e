package dev.runledger.security;

import dev.runledger.database.DataDirectory;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Decides which keys are valid: the configured ones, or on the embedded database the server's own. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class KeyConfiguration {

    @Bean
    ServiceKeys serviceKeys(Environment environment, ObjectProvider<DataDirectory> directory) throws IOException {
        Map<Role, List<String>> configured = configured(environment);
        if (configured.values().stream().anyMatch(keys -> !keys.isEmpty())) {
            return new ServiceKeys(configured, null);
        }
        DataDirectory own = directory.getIfAvailable();
        if (own == null) {
            throw new FailureAnalyzedException(
                    "No service key is configured, so nobody could use this server.",
                    "Set RUNLEDGER_KEYS_REPORTER, RUNLEDGER_KEYS_ANALYST or RUNLEDGER_KEYS_ADMIN to long random strings,"
                            + " several separated by commas.");
        }
        KeyFile file = KeyFile.in(own);
        return new ServiceKeys(file.keys(), file);
    }

    /** Reads the keys before the web server is made: if that fails, its reason is the only thing on the screen. */
    @Bean
    static BeanFactoryPostProcessor keysFirst() {
        return beans -> beans.getBean(ServiceKeys.class);
    }

    private static Map<Role, List<String>> configured(Environment environment) {
        Map<Role, List<String>> keys = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            List<String> roleKeys = Binder.get(environment)
                    .bind(role.property(), Bindable.listOf(String.class))
                    .orElse(List.of());
            keys.put(
                    role,
                    roleKeys.stream()
                            .map(String::strip)
                            .filter(StringUtils::hasText)
                            .toList());
        }
        return keys;
    }
}
