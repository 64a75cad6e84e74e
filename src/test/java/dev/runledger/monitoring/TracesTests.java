package dev.runledger.monitoring;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** What a collector receives once traces are switched on. */
@RunledgerTest
@TestPropertySource(
        properties = {
            "management.opentelemetry.enabled=true",
            "management.opentelemetry.tracing.export.schedule-delay=50ms"
        })
@DirtiesContext
@ExtendWith(OutputCaptureExtension.class)
class TracesTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Queue<byte[]> RECEIVED = new ConcurrentLinkedQueue<>();
    private static final HttpServer COLLECTOR = collector();

    @LocalServerPort
    int port;

    @Autowired
    Environment environment;

    @Autowired
    RequestMappingHandlerMapping requestMappingHandlerMapping;

    /** Fails as nothing should. */
    public String fail() {
        throw new IllegalStateException("Nobody expected this");
    }

    private static HttpServer collector() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/v1/traces", exchange -> {
                RECEIVED.add(exchange.getRequestBody().readAllBytes());
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @DynamicPropertySource
    static void endpoint(DynamicPropertyRegistry properties) {
        properties.add(
                "management.opentelemetry.tracing.export.otlp.endpoint",
                () -> "http://localhost:" + COLLECTOR.getAddress().getPort() + "/v1/traces");
    }

    @AfterAll
    static void stop() {
        COLLECTOR.stop(0);
    }

    @Test
    void aReportIsATraceDownToItsStatementsWithoutValuesOrKeys() throws Exception {
        String environment = "tr-" + UUID.randomUUID().toString().substring(0, 8);
        HttpResponse<String> answer = send(request("/v1/admin/generation-runs", TestKeys.REPORTER)
                .POST(BodyPublishers.ofString("""
                        {"started_at": "%s", "status": "success", "questions_requested": 10, "environment": "%s"}
                        """.formatted(Instant.now(), environment))));

        List<Span> spans = trace(answer, named("http post /v1/admin/generation-runs"));

        assertThat(spans)
                .filteredOn(span -> attribute(span, "db.query.text").contains("question_generation_runs"))
                .isNotEmpty()
                .allSatisfy(span ->
                        assertThat(spans).anyMatch(other -> other.getSpanId().equals(span.getParentSpanId())));
        assertThat(RECEIVED).noneMatch(bytes -> new String(bytes, ISO_8859_1).contains(environment));
        assertThat(RECEIVED).noneMatch(bytes -> new String(bytes, ISO_8859_1).contains(TestKeys.REPORTER));
    }

    @Test
    void aQueryIsATraceOfItsFieldsAndTheirStatements() throws Exception {
        HttpResponse<String> answer =
                query("query Traced { a: runs(first: 2) { totalCount nodes { id } } providers { provider } }");

        List<Span> spans = trace(answer, named("http post /graphql"));

        assertThat(spans)
                .extracting(Span::getName)
                .contains("graphql query", "graphql field runs", "graphql field providers");
        assertThat(spans)
                .filteredOn(span -> !attribute(span, "db.query.text").isEmpty())
                .hasSizeGreaterThan(1);
        assertThat(spans).extracting(Span::getName).doesNotContain("graphql field nodes", "graphql field id");
    }

    @Test
    void aFoldIsATraceOfItsOwn() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            send(request("/v1/admin/generation-runs", TestKeys.REPORTER)
                    .POST(BodyPublishers.ofString("""
                            {"started_at": "%s", "status": "success", "questions_requested": 10}
                            """.formatted(Instant.now()))));
            return spans().stream().anyMatch(named("fold"));
        });
        assertThat(spans())
                .filteredOn(named("fold"))
                .allMatch(span -> span.getParentSpanId().isEmpty());
    }

    @Test
    void theAnswerAndTheLogOfAnErrorNameItsTrace(CapturedOutput output) throws Exception {
        requestMappingHandlerMapping.registerMapping(
                RequestMappingInfo.paths("/v1/broken").build(), this, getClass().getMethod("fail"));

        HttpResponse<String> answer =
                send(request("/v1/broken", TestKeys.ANALYST).GET());

        String trace = answer.headers().firstValue("X-Trace-Id").orElseThrow();
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains(trace).doesNotContain("Nobody expected this");
        assertThat(output.getAll()).contains("Request failed, error id " + trace);
        assertThat(environment.getProperty("logging.expect-correlation-id")).isEqualTo("true");
        assertThat(send(request("/v1/admin/generation-runs", "not-a-key").GET())
                        .headers()
                        .firstValue("X-Trace-Id"))
                .isPresent();
    }

    @Test
    void aTraceThatTheClientBeganGoesOn() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        HttpResponse<String> answer = send(request("/v1/admin/generation-runs", TestKeys.ANALYST)
                .header("traceparent", "00-%s-00f067aa0ba902b7-01".formatted(trace))
                .GET());

        assertThat(answer.headers().firstValue("X-Trace-Id")).contains(trace);
    }

    private static Predicate<Span> named(String name) {
        return span -> span.getName().equals(name);
    }

    /** The spans of an answer's trace, once one that ends last is there. */
    private static List<Span> trace(HttpResponse<String> answer, Predicate<Span> last) {
        String trace = answer.headers().firstValue("X-Trace-Id").orElseThrow();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> spansOf(trace).stream().anyMatch(last));
        return spansOf(trace);
    }

    private static List<Span> spansOf(String trace) {
        return spans().stream()
                .filter(span -> HexFormat.of()
                        .formatHex(span.getTraceId().toByteArray())
                        .equals(trace))
                .toList();
    }

    private static List<Span> spans() {
        return RECEIVED.stream()
                .map(TracesTests::read)
                .flatMap(request -> request.getResourceSpansList().stream())
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .toList();
    }

    private static ExportTraceServiceRequest read(byte[] bytes) {
        try {
            return ExportTraceServiceRequest.parseFrom(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String attribute(Span span, String name) {
        return span.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals(name))
                .map(attribute -> attribute.getValue().getStringValue())
                .findFirst()
                .orElse("");
    }

    private HttpResponse<String> query(String document) throws Exception {
        return send(request("/graphql", TestKeys.ANALYST)
                .POST(BodyPublishers.ofString("{\"query\": \"%s\"}".formatted(document))));
    }

    private HttpRequest.Builder request(String path, String key) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Content-Type", "application/json")
                .header("X-Service-Key", key);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
