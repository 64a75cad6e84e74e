package dev.runledger.security;

import dev.runledger.database.DataDirectory;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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

    /** On a database of one's own the server may be anywhere. */
    private static final int MIN_LENGTH = 20;

    @Bean
    ServiceKeys serviceKeys(Environment environment, ObjectProvider<DataDirectory> directory) throws IOException {
        Map<Role, List<String>> configured = configured(environment);
        DataDirectory own = directory.getIfAvailable();
        if (configured.values().stream().anyMatch(keys -> !keys.isEmpty())) {
            if (own == null) {
                refuseShortKeys(configured);
            }
            return new ServiceKeys(configured, null);
        }
        if (own == null) {
            if (signsPeopleIn(environment)) {
                return new ServiceKeys(configured, null);
            }
            throw new FailureAnalyzedException(
                    "No service key is configured, so nobody could use this server.",
                    "Set %s to long random strings, several separated by commas.".formatted(variables()));
        }
        KeyFile file = KeyFile.in(own);
        return new ServiceKeys(file.keys(), file);
    }

    /** Administrators among them make what keys are needed. */
    private static boolean signsPeopleIn(Environment environment) {
        return StringUtils.hasText(environment.getProperty("runledger.oidc.issuer"));
    }

    /** Reads the keys before the web server is made: if that fails, its reason is the only thing on the screen. */
    @Bean
    static BeanFactoryPostProcessor keysFirst() {
        return beans -> beans.getBean(ServiceKeys.class);
    }

    private static void refuseShortKeys(Map<Role, List<String>> configured) {
        String tooShort = configured.entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(key -> key.length() < MIN_LENGTH))
                .map(entry -> entry.getKey().variable())
                .collect(Collectors.joining(" and "));
        if (!tooShort.isEmpty()) {
            throw new FailureAnalyzedException(
                    "A key in %s has fewer than %d characters, and could be guessed.".formatted(tooShort, MIN_LENGTH),
                    "Use long random strings (openssl rand -base64 32).");
        }
    }

    private static String variables() {
        List<String> names = Role.configurable().stream().map(Role::variable).toList();
        int last = names.size() - 1;
        return String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }

    private static Map<Role, List<String>> configured(Environment environment) {
        Map<Role, List<String>> keys = new EnumMap<>(Role.class);
        for (Role role : Role.configurable()) {
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
