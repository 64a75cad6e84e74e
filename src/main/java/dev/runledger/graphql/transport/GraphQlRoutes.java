package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.graphql.MediaTypes;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The methods of {@code /graphql} beside POST, which Spring Boot routes: GET answers queries, all others are refused. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class GraphQlRoutes {

    private static final String PATH = "/graphql";
    static final Set<HttpMethod> ALLOWED = Set.of(HttpMethod.GET, HttpMethod.POST);

    @Bean
    @Order(-1)
    RouterFunction<ServerResponse> otherMethods(GraphQlEndpoint plain, EventStreamEndpoint events) {
        return RouterFunctions.route()
                .route(
                        RequestPredicates.GET(PATH),
                        request -> wantsEvents(request) ? events.handleRequest(request) : plain.handleRequest(request))
                .route(
                        RequestPredicates.OPTIONS(PATH),
                        request -> ServerResponse.ok().allow(ALLOWED).build())
                .route(
                        RequestPredicates.path(PATH)
                                .and(RequestPredicates.method(HttpMethod.POST).negate()),
                        GraphQlRoutes::refuse)
                .build();
    }

    /** Clients that take both name events last, for subscriptions. */
    private static boolean wantsEvents(ServerRequest request) {
        List<MediaType> accepted = request.headers().accept();
        return accepted.stream().anyMatch(type -> type.equalsTypeAndSubtype(MediaType.TEXT_EVENT_STREAM))
                && accepted.stream()
                        .noneMatch(type -> type.isCompatibleWith(MediaType.APPLICATION_JSON)
                                || type.isCompatibleWith(MediaTypes.APPLICATION_GRAPHQL_RESPONSE));
    }

    private static ServerResponse refuse(ServerRequest request) {
        Map<String, Object> error = ErrorCode.BAD_REQUEST
                .error("%s is not answered here; send queries by GET or POST, mutations by POST"
                        .formatted(request.method()))
                .toSpecification();
        return ServerResponse.status(HttpStatus.METHOD_NOT_ALLOWED)
                .allow(ALLOWED)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("errors", List.of(error)));
    }
}
