package dev.runledger.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

@RunledgerTest
class PagesTests {

    private static final Pattern SCRIPT = Pattern.compile("<script[^>]+src=\"([^\"]+)\"");

    /** DOMPurify's, which it writes next to its mark of what it removed. */
    private static final Pattern PURIFIER_VERSION = Pattern.compile("\\.version=[`'\"]([0-9.]+)[`'\"],\\w+\\.removed=");

    @LocalServerPort
    int port;

    @BeforeAll
    static void thePagesAreBuilt() {
        assumeTrue(new ClassPathResource("static/index.html").exists(), "Built with -DskipDashboards");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/providers",
                "/prompt-versions",
                "/failures",
                "/runs",
                "/alerts",
                "/keys",
                "/audit",
                "/runs/some-id",
                "/graphiql",
                "/docs",
                "/docs/types.html"
            })
    void everyPageIsAskedForAgainAndLoadsItsScripts(String path) throws Exception {
        HttpResponse<String> page = get(path);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-cache");
        assertThat(get(resolved(path, script(page))).statusCode()).isEqualTo(200);
        assertThat(page.body()).doesNotContain("=\"/");
    }

    @Test
    void assetsAreKeptForAYearAndCompressed() throws Exception {
        HttpResponse<String> script = get(resolved("/", script(get("/"))), "Accept-Encoding", "gzip");

        assertThat(script.headers().firstValue("Cache-Control"))
                .hasValueSatisfying(value -> assertThat(value).contains("max-age=31536000", "public", "immutable"));
        assertThat(script.headers().firstValue("Content-Type").orElse("")).startsWith("text/javascript");
        assertThat(script.headers().firstValue("Content-Encoding")).hasValue("gzip");
    }

    @Test
    void aPageWithASlashAtItsEndIsSentToTheOneWithout() throws Exception {
        HttpResponse<String> answer = get("/graphiql/?query=funnel");

        assertThat(answer.statusCode()).isEqualTo(308);
        assertThat(answer.headers().firstValue("Location")).hasValue("/graphiql?query=funnel");
    }

    @Test
    void theEditorCleansHtmlByNoOutdatedLibrary() throws Exception {
        List<String> versions = new ArrayList<>();
        for (Resource script : new PathMatchingResourcePatternResolver().getResources("classpath:static/assets/*.js")) {
            Matcher version = PURIFIER_VERSION.matcher(script.getContentAsString(StandardCharsets.UTF_8));
            while (version.find()) {
                versions.add(version.group(1));
            }
        }

        assertThat(versions).isNotEmpty().doesNotContain("3.1.7");
    }

    @Test
    void anAssetThatIsGoneIsNotFoundRatherThanAPage() throws Exception {
        assertThat(get("/assets/gone-00000000.js").statusCode()).isEqualTo(404);
    }

    @Test
    void anUnchangedPageIsNotSentAgain() throws Exception {
        String since = get("/").headers().firstValue("Last-Modified").orElseThrow();

        assertThat(get("/", "If-Modified-Since", since).statusCode()).isEqualTo(304);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/graphql-response+json"})
    void graphQlAnswersAreCompressed(String type) throws Exception {
        String query = "{\"query\": \"{__schema {types {name description fields {name description}}}}\"}";
        HttpRequest question = HttpRequest.newBuilder(uri("/graphql"))
                .header("X-Service-Key", TestKeys.ANALYST)
                .header("Content-Type", "application/json")
                .header("Accept", type)
                .header("Accept-Encoding", "gzip")
                .POST(BodyPublishers.ofString(query))
                .build();
        HttpResponse<byte[]> answer = HttpClient.newHttpClient().send(question, BodyHandlers.ofByteArray());

        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(type);
        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
    }

    /** As browsers do. */
    private static String resolved(String page, String address) {
        return URI.create("http://localhost" + page).resolve(address).getPath();
    }

    private String script(HttpResponse<String> page) {
        Matcher script = SCRIPT.matcher(page.body());
        assertThat(script.find()).as(page.body()).isTrue();
        return script.group(1);
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }
}
