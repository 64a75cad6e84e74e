package dev.runledger.graphql.errors;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.runledger.database.TestDatabase;
import dev.runledger.graphql.transport.RequestDeadline;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.GraphQLError;
import graphql.schema.DataFetcher;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.graphql.execution.DataFetcherExceptionResolver;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;

class ExceptionTranslatorTests {

    @Test
    void aDatabaseThatIsAwayIsUnavailable() throws Exception {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        String url = "jdbc:postgresql://localhost:" + closedPort + "/secret_name";

        assertThat(errorOf(environment -> new JdbcTemplate(new DriverManagerDataSource(url)).queryForList("SELECT 1")))
                .returns(ErrorCode.UNAVAILABLE, GraphQLError::getErrorType)
                .returns("The database is not available at the moment; try again later", GraphQLError::getMessage);

        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(url);
        pool.setInitializationFailTimeout(-1);
        pool.setConnectionTimeout(250);
        try (HikariDataSource dataSource = new HikariDataSource(pool)) {
            assertThat(errorOf(environment -> new JdbcTemplate(dataSource).queryForList("SELECT 1"))
                            .getErrorType())
                    .isEqualTo(ErrorCode.UNAVAILABLE);
        }
    }

    @Test
    void aStatementThatTakesTooLongIsALimit() {
        TestDatabase database = TestDatabase.shared();
        var jdbc =
                new JdbcTemplate(new DriverManagerDataSource(database.url(), database.username(), database.password()));

        assertThat(errorOf(environment -> jdbc.queryForList(
                                "SET statement_timeout = 1; SELECT count(*) FROM generate_series(1, 1e9)"))
                        .getErrorType())
                .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void noAuthenticationIsUnauthorized() {
        assertThat(errorOf(environment -> {
                            throw new AuthenticationCredentialsNotFoundException("internal words");
                        })
                        .getMessage())
                .isEqualTo("A valid X-Service-Key is needed");
    }

    @Test
    void aRequestThatHasGoneOnTooLongIsNotFollowedFurther() {
        ExecutionResult result = graphQl(environment -> "looked up")
                .instrumentation(new RequestDeadline(Duration.ZERO))
                .build()
                .execute("{ field }");

        assertThat(result.getErrors()).singleElement().returns(ErrorCode.LIMIT_EXCEEDED, GraphQLError::getErrorType);
        assertThat(graphQl(environment -> "looked up")
                        .instrumentation(new RequestDeadline(Duration.ofHours(1)))
                        .build()
                        .execute("{ field }")
                        .getErrors())
                .isEmpty();
    }

    private static GraphQLError errorOf(DataFetcher<?> fetcher) {
        return graphQl(fetcher).build().execute("{ field }").getErrors().get(0);
    }

    private static GraphQL.Builder graphQl(DataFetcher<?> fetcher) {
        var schema = new SchemaGenerator()
                .makeExecutableSchema(
                        new SchemaParser().parse("type Query { field: String }"),
                        RuntimeWiring.newRuntimeWiring()
                                .type("Query", query -> query.dataFetcher("field", fetcher))
                                .build());
        return GraphQL.newGraphQL(schema)
                .defaultDataFetcherExceptionHandler(
                        DataFetcherExceptionResolver.createExceptionHandler(List.of(new ExceptionTranslator())));
    }
}
