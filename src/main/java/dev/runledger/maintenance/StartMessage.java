package dev.runledger.maintenance;

import dev.runledger.security.KeyFile;
import dev.runledger.security.Role;
import dev.runledger.security.ServiceKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;

/**
 * Prints where the server is and its condition, or how to use the keys that it has just made. Later starts show no key, since what is
 * printed is often kept in logs; nor does the first one where logs are structured.
 */
@Component
@ConditionalOnWebApplication
class StartMessage {

    private static final String WITH_KEYS = """

            Runledger answers at %1$s, GraphiQL at %1$s/graphiql, the reference at %1$s/docs
            Dashboards, signed in: %1$s/%6$s

            Service keys, kept in %2$s:
              writer   (records)            %7$s
              reporter (records and reads)  %3$s
              viewer   (reads, no files)    %10$s
              analyst  (reads)              %4$s
              oncall   (acknowledges, too)  %9$s
              admin    (all)                %5$s
              metrics  (reads metrics)      %8$s

            They are not shown again.

            Record a run:
              curl -H 'X-Service-Key: %3$s' -H 'Content-Type: application/json' \\
                -d '{"started_at": "2026-01-31T08:00:00Z", "status": "success", "questions_requested": 10}' \\
                %1$s/v1/admin/generation-runs

            List the runs:
              curl -H 'X-Service-Key: %4$s' %1$s/v1/admin/generation-runs
            """;

    private static final String ANSWERS = """

            Runledger answers at %1$s, GraphiQL at %1$s/graphiql, the reference at %1$s/docs
            %2$s""";

    private static final String STRUCTURED = "logging.structured.format.console";

    private static final Logger log = LoggerFactory.getLogger(StartMessage.class);

    private final ServiceKeys keys;
    private final Condition condition;
    private final Environment environment;

    StartMessage(ServiceKeys keys, Condition condition, Environment environment) {
        this.keys = keys;
        this.condition = condition;
        this.environment = environment;
    }

    @EventListener
    @Order(Ordered.LOWEST_PRECEDENCE)
    void print(ApplicationReadyEvent event) throws IOException {
        if (event.getApplicationContext() instanceof WebServerApplicationContext context
                && context.getWebServer() != null) {
            String address = address(context.getWebServer().getPort());
            if (environment.containsProperty(STRUCTURED)) {
                log.info("Runledger answers at {}, {}", address, String.join(", ", condition.lines()));
            } else {
                // Not the log: these lines are to be pasted as they are.
                System.out.println(message(address));
            }
        }
    }

    String message(String address) throws IOException {
        KeyFile file = keys.file();
        if (file == null || !file.isNew()) {
            return ANSWERS.formatted(
                    address, condition.lines().stream().map("  %s%n"::formatted).collect(Collectors.joining()));
        }
        Map<Role, List<String>> byRole = file.keys();
        return WITH_KEYS.formatted(
                address,
                file.path(),
                first(byRole.get(Role.REPORTER)),
                first(byRole.get(Role.ANALYST)),
                first(byRole.get(Role.ADMIN)),
                fragment(byRole.get(Role.ANALYST)),
                first(byRole.get(Role.WRITER)),
                first(byRole.get(Role.METRICS)),
                first(byRole.get(Role.ONCALL)),
                first(byRole.get(Role.VIEWER)));
    }

    private static String first(List<String> keys) {
        return keys.isEmpty() ? "none" : keys.get(0);
    }

    /** A browser keeps what follows the # to itself, so the key is neither sent nor logged. */
    private static String fragment(List<String> keys) {
        return keys.isEmpty() ? "" : "#key=" + UriUtils.encode(keys.get(0), StandardCharsets.UTF_8);
    }

    private String address(int port) {
        String scheme = environment.getProperty("server.ssl.bundle") == null ? "http" : "https";
        return scheme + "://localhost:" + port + environment.getProperty("server.servlet.context-path", "");
    }
}
