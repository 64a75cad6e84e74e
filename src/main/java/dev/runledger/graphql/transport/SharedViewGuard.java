package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.CodedError;
import dev.runledger.graphql.errors.ErrorCode;
import dev.runledger.security.SharedView;
import dev.runledger.security.SharedViews;
import graphql.ExecutionResult;
import graphql.language.NonNullType;
import graphql.language.OperationDefinition;
import graphql.language.TypeName;
import graphql.parser.Parser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.ClassPathResource;
import org.springframework.graphql.server.WebGraphQlInterceptor;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.graphql.server.WebGraphQlResponse;
import org.springframework.graphql.support.DefaultExecutionGraphQlResponse;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lets whoever was sent a link ask what its page asks, over the runs that it shows, and nothing else: the documents are those that the
 * dashboards were built with, and each variable that is a filter is narrowed to the link's.
 */
@Component
@Order(0)
public class SharedViewGuard implements WebGraphQlInterceptor {

    /** Which documents each page sends; written by the build of the dashboards. */
    private static final String DOCUMENTS = "static/documents.json";

    private static final String RUNS = "RunFilter";
    private static final String EVENTS = "EventFilter";

    private final SharedViews views;
    private final Clock clock;
    private final Map<String, Map<String, Map<String, String>>> filtersByPage;

    SharedViewGuard(SharedViews views, Clock clock, JsonMapper json) {
        this.views = views;
        this.clock = clock;
        filtersByPage = read(json);
    }

    /** Pages that can be shared: none, if the server was built without dashboards. */
    public Set<String> pages() {
        return filtersByPage.keySet();
    }

    @Override
    public Mono<WebGraphQlResponse> intercept(WebGraphQlRequest request, Chain chain) {
        return Mono.deferContextual(context -> {
            Authentication caller = context.<SecurityContext>getOrEmpty(SecurityContext.class.getName())
                    .map(SecurityContext::getAuthentication)
                    .orElse(null);
            if (!SharedViews.isGuest(caller)) {
                return chain.next(request);
            }
            SharedView view = views.of(caller);
            Map<String, String> filters = view == null
                    ? null
                    : filtersByPage.getOrDefault(view.page(), Map.of()).get(request.getDocument());
            if (filters == null) {
                return Mono.just(refusal(request));
            }
            Map<String, Object> variables = narrowed(view, request.getVariables(), filters);
            request.configureExecutionInput(
                    (input, builder) -> builder.variables(variables).build());
            return chain.next(request);
        });
    }

    private static WebGraphQlResponse refusal(WebGraphQlRequest request) {
        CodedError error = ErrorCode.FORBIDDEN.error("This link shows one page, and reads nothing else");
        return new WebGraphQlResponse(new DefaultExecutionGraphQlResponse(
                request.toExecutionInput(),
                ExecutionResult.newExecutionResult().addError(error).build()));
    }

    private Map<String, Object> narrowed(SharedView view, Map<String, Object> asked, Map<String, String> filters) {
        Instant now = clock.instant();
        Map<String, Object> variables = new LinkedHashMap<>(asked);
        filters.forEach(
                (name, type) -> variables.put(name, view.narrow(object(asked.get(name)), type.equals(EVENTS), now)));
        return variables;
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Map<String, Object> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : null;
    }

    private static Map<String, Map<String, Map<String, String>>> read(JsonMapper json) {
        ClassPathResource file = new ClassPathResource(DOCUMENTS);
        Map<String, Map<String, Map<String, String>>> pages = new TreeMap<>();
        if (file.exists()) {
            try (InputStream text = file.getInputStream()) {
                json.readValue(text, new TypeReference<Map<String, List<String>>>() {})
                        .forEach((page, documents) -> {
                            Map<String, Map<String, String>> filters = new LinkedHashMap<>();
                            documents.forEach(document -> filters.put(document, filters(document)));
                            pages.put(page, filters);
                        });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return pages;
    }

    /** The variables of a document that are filters, with the type of each. */
    private static Map<String, String> filters(String document) {
        Map<String, String> filters = new LinkedHashMap<>();
        Parser.parse(document)
                .getDefinitionsOfType(OperationDefinition.class)
                .forEach(operation -> operation.getVariableDefinitions().forEach(variable -> {
                    var type = variable.getType() instanceof NonNullType required
                            ? required.getType()
                            : variable.getType();
                    if (type instanceof TypeName named && Set.of(RUNS, EVENTS).contains(named.getName())) {
                        filters.put(variable.getName(), named.getName());
                    }
                }));
        return filters;
    }
}
