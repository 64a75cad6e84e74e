package dev.runledger.monitoring;

import graphql.execution.ExecutionContext;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.graphql.observation.DefaultExecutionRequestObservationConvention;
import org.springframework.graphql.observation.ExecutionRequestObservationContext;

/** Which meters exist. What a client can choose is bounded, so that the number of series is. */
@Configuration(proxyBeanMethods = false)
class MeterConfiguration {

    private static final int MAX_OPERATIONS = 8;

    private static final Set<String> KEPT = Set.of(
            "graphql.request",
            "http.server.requests",
            "hikaricp.connections",
            "hikaricp.connections.active",
            "hikaricp.connections.pending",
            "hikaricp.connections.timeout",
            "jvm.memory.used",
            "jvm.memory.max",
            "jvm.gc.pause",
            "jvm.threads.live",
            "process.cpu.usage",
            "process.uptime",
            "system.cpu.count",
            "disk.free",
            "logback.events");

    /** Of the many meters that libraries offer, those that somebody looks at, with the labels that are of use. */
    @Bean
    MeterFilter onlyWhatIsLookedAt() {
        return new MeterFilter() {

            @Override
            public MeterFilterReply accept(Meter.Id id) {
                boolean kept = KEPT.contains(id.getName()) || id.getName().startsWith("runledger.");
                return kept && isCounted(id) ? MeterFilterReply.NEUTRAL : MeterFilterReply.DENY;
            }

            @Override
            public Meter.Id map(Meter.Id id) {
                return switch (id.getName()) {
                    case "http.server.requests" -> id.replaceTags(tagsNamed(id, "uri", "outcome"));
                    case "graphql.request" -> id.replaceTags(tagsNamed(id, "operation", "graphql.outcome"));
                    case "jvm.memory.used", "jvm.memory.max" -> id.replaceTags(tagsNamed(id, "area", "id"));
                    case "jvm.gc.pause" -> id.replaceTags(tagsNamed(id, "action"));
                    default -> id;
                };
            }
        };
    }

    /** GraphQL counts its own requests, and pages are files. */
    private static boolean isCounted(Meter.Id id) {
        String uri = id.getTag("uri");
        return uri == null || uri.startsWith("/v1/") || uri.startsWith("/api/");
    }

    private static List<Tag> tagsNamed(Meter.Id id, String... names) {
        return id.getTags().stream()
                .filter(tag -> List.of(names).contains(tag.getKey()))
                .toList();
    }

    /** A request by the name that its client gave the operation: the first names that come, and the rest as one. */
    @Bean
    DefaultExecutionRequestObservationConvention operationsByName() {
        Set<String> names = ConcurrentHashMap.newKeySet();
        return new DefaultExecutionRequestObservationConvention() {

            @Override
            public KeyValues getLowCardinalityKeyValues(ExecutionRequestObservationContext context) {
                return super.getLowCardinalityKeyValues(context)
                        .and(KeyValue.of("operation", bounded(names, nameOf(context))));
            }
        };
    }

    /** Null for a document that could not be read, and for an operation without a name. */
    private static @Nullable String nameOf(ExecutionRequestObservationContext context) {
        ExecutionContext execution = context.getExecutionContext();
        return execution == null ? null : execution.getOperationDefinition().getName();
    }

    private static String bounded(Set<String> names, @Nullable String name) {
        if (name == null || name.isBlank()) {
            return "(unnamed)";
        }
        return names.contains(name) || (names.size() < MAX_OPERATIONS && names.add(name)) ? name : "(other)";
    }
}
