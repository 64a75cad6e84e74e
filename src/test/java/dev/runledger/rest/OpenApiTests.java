package dev.runledger.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.report.ReportField;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@RunledgerTest
class OpenApiTests {

    private static final String RUNS = "/v1/admin/generation-runs";

    @LocalServerPort
    int port;

    @Test
    void everyOperationIsDescribed() throws Exception {
        JsonNode paths = description().get("paths");

        assertThat(paths.propertyNames())
                .containsExactlyInAnyOrder(
                        RUNS,
                        RUNS + "/{id}",
                        RUNS + "/stats",
                        RUNS + "/export",
                        RUNS + "/{id}/heartbeat",
                        "/api/v1/lineage");
        assertThat(paths.get(RUNS).propertyNames()).containsExactlyInAnyOrder("get", "post");
        assertThat(paths.get(RUNS + "/{id}").propertyNames()).containsExactlyInAnyOrder("get", "patch");
        assertThat(paths.get(RUNS).get("get").get("parameters").findValuesAsString("name"))
                .contains("page", "page_size", "min_success_rate", "sort_order")
                .doesNotContain("request");
    }

    @Test
    void aReportsFieldsAreDescribedAsTheyAreRead() throws Exception {
        JsonNode report = description().get("components").get("schemas").get("GenerationRunReport");

        assertThat(report.get("required").toString()).isEqualTo("[\"questions_requested\",\"started_at\",\"status\"]");
        assertThat(report.get("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of("id", "warnings"),
                                Stream.of(ReportField.values()).map(ReportField::column))
                        .toList());
    }

    @Test
    void theBoundsOfAReportsNumbersAreDescribed() throws Exception {
        JsonNode properties = description()
                .get("components")
                .get("schemas")
                .get("GenerationRunReport")
                .get("properties");

        assertThat(properties.get("avg_arbiter_score").get("maximum").intValue())
                .isEqualTo(1_000_000);
        assertThat(properties.get("total_cost_usd").get("maximum").intValue()).isEqualTo(1_000_000_000);
        assertThat(properties.get("exit_code").get("minimum").intValue()).isEqualTo(Integer.MIN_VALUE);
        assertThat(properties.get("total_input_tokens").get("maximum").longValue())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anAnswersFieldsHaveTheNamesOfTheContract() throws Exception {
        JsonNode schemas = description().get("components").get("schemas");

        assertThat(schemas.get("GenerationRunsPage").get("properties").propertyNames())
                .containsExactlyInAnyOrder("runs", "total", "page", "page_size", "total_pages");
        assertThat(schemas.get("GenerationRunStats").get("properties").propertyNames())
                .contains("avg_api_calls_per_question", "provider_summary");
    }

    /** What clients are made from, and the reference. Where it differs, read what changed, and copy target/openapi.json. */
    @Test
    void theDescriptionIsTheApprovedOne() throws Exception {
        JsonNode description = description();
        ((ObjectNode) description).remove("servers");
        String text = ContractClient.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(description) + "\n";
        Files.writeString(Path.of("target", "openapi.json"), text);

        assertThat(ContractClient.JSON.readTree(Files.readString(Path.of("docs", "openapi.json"))))
                .isEqualTo(description);
    }

    @Test
    void thePageComesFromTheServerAlone() throws Exception {
        String page = get("/swagger-ui/index.html");

        assertThat(page)
                .contains("swagger-ui-bundle.js")
                .doesNotContain("http://")
                .doesNotContain("https://");
        assertThat(get("/swagger-ui/swagger-ui-bundle.js")).hasSizeGreaterThan(100_000);
    }

    private JsonNode description() throws IOException, InterruptedException {
        return ContractClient.JSON.readTree(get("/v3/api-docs"));
    }

    private String get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }
}
