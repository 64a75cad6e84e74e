package dev.runledger.graphql.errors;

import dev.runledger.database.DatabaseOutage;
import dev.runledger.ledger.RunConflictException;
import dev.runledger.live.ChangesInterruptedException;
import dev.runledger.live.SlowReaderException;
import dev.runledger.report.InvalidReportException;
import dev.runledger.rollup.TooManyGroupsException;
import dev.runledger.web.ErrorId;
import graphql.GraphQLError;
import graphql.execution.AbortExecutionException;
import graphql.schema.DataFetchingEnvironment;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.graphql.execution.DataFetcherExceptionResolver;
import org.springframework.graphql.execution.SubscriptionExceptionResolver;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionTimedOutException;
import reactor.core.publisher.Mono;

/** Reports to the client what went wrong in a field: in words if it concerns the client, else by an id that is logged, too. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
public class ExceptionTranslator implements DataFetcherExceptionResolver, SubscriptionExceptionResolver {

    private static final Logger LOG = LoggerFactory.getLogger(ExceptionTranslator.class);

    private static final String QUERY_CANCELED = "57014";

    @Override
    public Mono<List<GraphQLError>> resolveException(Throwable exception, DataFetchingEnvironment environment) {
        return Mono.just(List.of(translate(
                        exception,
                        environment.getFieldDefinition().getName(),
                        "at " + environment.getExecutionStepInfo().getPath())
                .at(
                        environment.getExecutionStepInfo().getPath(),
                        environment.getField().getSourceLocation())));
    }

    /** Reports why a subscription ends. */
    @Override
    public Mono<List<GraphQLError>> resolveException(Throwable exception) {
        return Mono.just(List.of(translate(exception, "this subscription", "in a subscription")));
    }

    private static CodedError translate(Throwable exception, String field, String place) {
        if (exception instanceof RequestFailure failure) {
            return failure.code().error(failure.getMessage(), failure.extensions());
        }
        if (exception instanceof InvalidReportException invalid) {
            return ReportFaults.error(invalid.faults());
        }
        if (exception instanceof RunConflictException conflict) {
            return ErrorCode.CONFLICT.error(
                    "Run %s has ended already, with status %s and other values; the first report is kept"
                            .formatted(conflict.runId(), conflict.status()),
                    Map.of(
                            "runId", conflict.runId().toString(),
                            "status", conflict.status().name()));
        }
        if (exception instanceof AuthenticationException) {
            return ErrorCode.UNAUTHORIZED.error("A valid X-Service-Key is needed");
        }
        if (exception instanceof AccessDeniedException) {
            return ErrorCode.FORBIDDEN.error("This key may not use " + field);
        }
        if (exception instanceof ChangesInterruptedException) {
            return ErrorCode.UNAVAILABLE.error("Changes may have been missed; subscribe again, then ask again");
        }
        if (exception instanceof SlowReaderException slow) {
            return ErrorCode.LIMIT_EXCEEDED.error(slow.getMessage() + "; subscribe again, then ask again");
        }
        if (exception instanceof AbortExecutionException abort) {
            return ErrorCode.LIMIT_EXCEEDED.error(abort.getMessage());
        }
        if (exception instanceof TooManyGroupsException groups) {
            return ErrorCode.LIMIT_EXCEEDED.error(
                    groups.getMessage() + "; narrow the filter, or request fewer metrics at once");
        }
        if (isTimeout(exception)) {
            return ErrorCode.LIMIT_EXCEEDED.error("The answer took too long to find; request less at once");
        }
        if (DatabaseOutage.isBehind(exception)) {
            LOG.warn("The database is not available: {}", exception.toString());
            return ErrorCode.UNAVAILABLE.error("The database is not available at the moment; try again later");
        }
        return unexpected(place, exception);
    }

    /** Logs what nobody expected, once, and gives the client the id to ask for. */
    public static CodedError unexpected(String what, @Nullable Throwable cause) {
        String errorId = ErrorId.next();
        LOG.error("GraphQL error {} {}", errorId, what, cause);
        return ErrorCode.INTERNAL_ERROR.error(
                "Something went wrong here; the server's log knows it as " + errorId, Map.of("errorId", errorId));
    }

    private static boolean isTimeout(Throwable exception) {
        return causes(exception)
                .anyMatch(cause -> cause instanceof TransactionTimedOutException
                        || cause instanceof QueryTimeoutException
                        || cause instanceof SQLException sql && QUERY_CANCELED.equals(sql.getSQLState()));
    }

    private static Stream<Throwable> causes(Throwable exception) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = exception; cause != null && !causes.contains(cause); cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes.stream();
    }
}
