package dev.runledger.monitoring;

import io.swagger.v3.oas.annotations.Hidden;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Readiness for people, without a key: it says in words of its own which part works, and no figure, version or address. */
@Hidden
@RestController
@ConditionalOnWebApplication
class StatusPage {

    private static final Map<String, String> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("readinessState", "Server");
        PARTS.put("db", "Database");
        PARTS.put("migrations", "Migrations");
        PARTS.put("folding", "Rollups");
        PARTS.put("schedulers", "Scheduled work");
    }

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <link rel="icon" href="favicon.svg" type="image/svg+xml">
            <title>%1$s – Runledger</title>
            <style>
            :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
            main { max-width: 32rem; margin: 4rem auto; padding: 0 1rem; }
            th { text-align: left; font-weight: normal; padding-right: 3rem; }
            </style>
            </head>
            <body>
            <main>
            <h1>%1$s</h1>
            <table>
            %2$s</table>
            <p><a href="./">Dashboards</a></p>
            </main>
            </body>
            </html>
            """;

    private static final String ROW = "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n";

    private final HealthEndpoint health;

    StatusPage(HealthEndpoint health) {
        this.health = health;
    }

    @GetMapping(path = "/status", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<String> show() {
        HealthDescriptor readiness = health.healthForPath("readiness");
        boolean isReady = readiness != null && isUsable(readiness.getStatus());
        StringBuilder rows = new StringBuilder();
        if (readiness instanceof CompositeHealthDescriptor parts) {
            PARTS.forEach((part, name) -> {
                HealthDescriptor descriptor = parts.getComponents().get(part);
                if (descriptor != null) {
                    rows.append(ROW.formatted(name, inWords(part, descriptor.getStatus())));
                }
            });
        }
        return ResponseEntity.status(isReady ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .body(PAGE.formatted(isReady ? "Ready" : "Not ready", rows));
    }

    private static boolean isUsable(Status status) {
        return !status.equals(Status.DOWN) && !status.equals(Status.OUT_OF_SERVICE);
    }

    private static String inWords(String part, Status status) {
        if (status.equals(Status.UP)) {
            return "works";
        }
        if (isUsable(status)) {
            return "behind: answers are exact, and slower";
        }
        return switch (part) {
            case "readinessState" -> "is starting or stopping";
            case "db" -> "does not answer: reports are refused for now, and reporters keep them";
            case "migrations" -> "missing, or not known as the database does not answer";
            default -> "has stopped";
        };
    }
}
