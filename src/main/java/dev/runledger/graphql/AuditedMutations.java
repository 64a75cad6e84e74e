package dev.runledger.graphql;

import dev.runledger.alert.AlertChannel;
import dev.runledger.alert.AlertChannels;
import dev.runledger.alert.AlertRules;
import dev.runledger.audit.AuditLog;
import dev.runledger.event.Events;
import dev.runledger.security.ActiveSessions;
import dev.runledger.security.StoredKeys;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Adds every mutation that is not for reporters to the audit log: who, with which arguments, and what was there before and after. An
 * act whose entry cannot be added is answered with an error.
 */
@Component
class AuditedMutations implements MethodInterceptor {

    private static final String RECORDS = "runs:record";

    /** Arguments of channels that hold no address and no secret. */
    private static final Set<String> OF_CHANNEL = Set.of("id", "name", "kind", "type");

    /** Of a file with addresses of channels in it. */
    private static final String FILE = "content";

    private final AuditLog audit;
    private final JsonMapper json;
    private final Map<String, Function<UUID, @Nullable Object>> states;

    AuditedMutations(
            AuditLog audit,
            JsonMapper json,
            AlertRules rules,
            AlertChannels channels,
            StoredKeys keys,
            ObjectProvider<ActiveSessions> sessions,
            Events events) {
        this.audit = audit;
        this.json = json;
        states = Map.of(
                "AlertRule",
                rules::find,
                "AlertChannel",
                channels::find,
                "ServiceKey",
                keys::find,
                "BrowserSession",
                id -> sessions.getObject().find(id),
                "Event",
                events::find);
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Method method = invocation.getMethod();
        PreAuthorize authorization = method.getAnnotation(PreAuthorize.class);
        if (authorization != null && authorization.value().contains(RECORDS)) {
            return invocation.proceed();
        }
        ObjectNode arguments = arguments(method, invocation.getArguments());
        UUID id = id(arguments.path("id"));
        JsonNode before = state(method.getName(), id);
        Object result = invocation.proceed();
        UUID subject = id == null ? id(shown(result).findPath("id")) : id;
        JsonNode after = state(method.getName(), subject);
        audit.add(
                actor(),
                method.getName(),
                subject == null ? null : subject.toString(),
                arguments,
                before,
                after == null
                                && (method.getName().startsWith("delete")
                                        || method.getName().startsWith("apply"))
                        ? shown(result)
                        : after);
        return result;
    }

    private ObjectNode arguments(Method method, Object[] values) {
        ObjectNode arguments = json.createObjectNode();
        Parameter[] parameters = method.getParameters();
        boolean ofChannel = method.getName().endsWith("Channel");
        for (int i = 0; i < parameters.length; i++) {
            String name = parameters[i].getName();
            if (parameters[i].isAnnotationPresent(Argument.class)
                    && !name.equals(FILE)
                    && (!ofChannel || OF_CHANNEL.contains(name))) {
                arguments.set(name, json.valueToTree(values[i]));
            }
        }
        return arguments;
    }

    private @Nullable JsonNode state(String action, @Nullable UUID id) {
        if (id == null) {
            return null;
        }
        return states.entrySet().stream()
                .filter(state -> action.endsWith(state.getKey()))
                .findFirst()
                .map(state -> state.getValue().apply(id))
                .map(this::shown)
                .orElse(null);
    }

    /** Without addresses of channels, whose paths are secrets of some, and without what is shown once. */
    private JsonNode shown(@Nullable Object value) {
        Object harmless = value;
        if (value instanceof AlertChannels.Created created) {
            harmless = created.channel();
        } else if (value instanceof StoredKeys.Created created) {
            harmless = created.serviceKey();
        }
        JsonNode tree = json.valueToTree(harmless);
        if (harmless instanceof AlertChannel channel && tree instanceof ObjectNode object) {
            object.put("url", URI.create(channel.url()).getHost());
        }
        return tree;
    }

    private static @Nullable UUID id(JsonNode node) {
        try {
            return node.isString() ? UUID.fromString(node.stringValue()) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String actor() {
        Authentication caller = SecurityContextHolder.getContext().getAuthentication();
        return caller == null ? "" : String.valueOf(caller.getDetails());
    }
}
