package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.runledger.dashboards.Browsing.Screen;
import dev.runledger.graphql.GraphQlClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The reference at {@code /docs}, for somebody without a key. */
@BrowserTest
class ReferenceBrowserTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final String SCHEMA = """
            { __schema { types { name fields(includeDeprecated: true) { name } inputFields { name } enumValues(includeDeprecated: true) { name } } } }""";

    /** Types each name into the search; those without a first result of that name. */
    private static final String NOT_FOUND = """
            async (names) => {
              const input = document.querySelector('input[type=search]');
              const first = () => document.querySelector('search li a')?.textContent;
              const missing = [];
              for (const name of names) {
                input.value = name;
                input.dispatchEvent(new Event('input'));
                await new Promise((done) => setTimeout(done));
                if (first() !== name) missing.push(name);
              }
              return missing;
            }""";

    private static final String LINKS = "[...document.links].map((link) => link.href)";
    private static final String IDS = "[...document.querySelectorAll('[id]')].map((element) => element.id)";

    @LocalServerPort
    int port;

    @Test
    void everyTypeFieldAndPathIsFound(Browsing browsing) throws Exception {
        List<String> names = new ArrayList<>();
        new GraphQlClient(port)
                .ask(SCHEMA, Map.of())
                .data("__schema")
                .path("types")
                .valueStream()
                .filter(type -> !type.path("name").stringValue().startsWith("__"))
                .forEach(type -> {
                    String name = type.path("name").stringValue();
                    names.add(name);
                    Stream.of("fields", "inputFields", "enumValues")
                            .flatMap(kind -> type.path(kind).valueStream())
                            .forEach(member ->
                                    names.add(name + "." + member.path("name").stringValue()));
                });
        assertThat(names).contains("Query.runs", "RunFilter.lastDays", "RunStatus.FAILED", "DateTime");
        JsonNode paths = JsonMapper.shared()
                .readTree(get(browsing.address() + "/v3/api-docs").body())
                .path("paths");
        paths.propertyStream()
                .forEach(path -> path.getValue()
                        .propertyNames()
                        .forEach(method -> names.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        assertThat(names).contains("GET /v1/admin/generation-runs/{id}").hasSizeGreaterThan(700);
        Page page = browsing.openWithoutKey("/docs").page();
        page.getByLabel("Search the reference").fill("rebuildRollups");
        assertThat(page.locator("search li a").first()).hasText("Mutation.rebuildRollups");

        assertThat((List<?>) page.evaluate(NOT_FOUND, names)).isEmpty();

        page.getByLabel("Search the reference").fill("backup restore dump");
        assertThat(page.locator("search li a").first()).hasText("Back up and restore");
        page.locator("search li a").first().click();
        assertThat(page).hasURL(browsing.address() + "/docs/operations.html#back-up-and-restore");
        assertThat(page.locator("#back-up-and-restore")).isInViewport();
    }

    @Test
    void everyLinkLeadsSomewhere(Browsing browsing) throws Exception {
        Page page = browsing.openWithoutKey("/docs").page();
        List<String> addresses = new ArrayList<>();
        for (Locator link : page.locator("nav li a").all()) {
            String address =
                    page.evaluate("link => link.href", link.elementHandle()).toString();
            if (address.contains("/docs")) {
                addresses.add(address);
            }
        }
        assertThat(addresses).hasSizeGreaterThan(15);
        Map<String, List<?>> ids = new LinkedHashMap<>();
        List<String> links = new ArrayList<>();
        for (String address : addresses) {
            page.navigate(address);
            ids.put(address, (List<?>) page.evaluate(IDS));
            ((List<?>) page.evaluate(LINKS)).forEach(link -> links.add(address + " " + link));
            ((List<?>) page.evaluate(
                            "fetch('%s/docs/search.json').then(answer => answer.json()).then(all => all.map(each => each.address))"
                                    .formatted(browsing.address())))
                    .stream()
                            .filter(entry ->
                                    address.endsWith("/" + entry.toString().split("#")[0]))
                            .forEach(entry -> links.add("search " + browsing.address() + "/docs/" + entry));
        }
        List<String> dead = new ArrayList<>();
        Map<String, Integer> answers = new LinkedHashMap<>();
        for (String link : links.stream().distinct().toList()) {
            String[] target = link.split(" ", 2)[1].split("#", 2);
            if (!target[0].startsWith(browsing.address())) {
                continue;
            }
            if (!answers.containsKey(target[0])) {
                answers.put(target[0], get(target[0]).statusCode());
            }
            boolean isThere =
                    target.length == 1 || ids.getOrDefault(target[0], List.of()).contains(target[1]);
            if (answers.get(target[0]) >= 400 || !isThere) {
                dead.add(link);
            }
        }

        assertThat(links).hasSizeGreaterThan(3_000);
        assertThat(answers).hasSizeGreaterThan(addresses.size());
        assertThat(dead).isEmpty();
    }

    @Test
    void itHasTheHeadersOfThePages(Browsing browsing) throws Exception {
        HttpResponse<String> page = get(browsing.address() + "/docs/types.html");
        HttpResponse<String> dashboard = get(browsing.address() + "/");

        assertThat(page.statusCode()).isEqualTo(200);
        for (String header :
                new String[] {"Content-Security-Policy", "Cache-Control", "X-Frame-Options", "Referrer-Policy"}) {
            assertThat(page.headers().firstValue(header))
                    .as(header)
                    .isPresent()
                    .isEqualTo(dashboard.headers().firstValue(header));
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void itKeepsNobodyOut(String path, Screen screen, Browsing browsing) {
        Visit visit = browsing.openAt(browsing.address(), path, screen);
        visit.page().getByLabel("Search the reference").fill("environment");
        assertThat(visit.page().locator("search li a").first()).isVisible();

        visit.screenshotOfScreen(path.substring(1).replace('/', '-').replace(".html", "") + "-"
                + screen.name().toLowerCase(Locale.ROOT));
        assertThat(Barriers.on(visit.page())).isEmpty();
        assertThat(visit.page().evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing reaches beyond the screen's width")
                .isEqualTo(true);
    }

    static Stream<Arguments> pages() {
        return Stream.of(Screen.values())
                .flatMap(screen -> Stream.of("/docs", "/docs/calibration.html", "/docs/queries.html", "/docs/rest.html")
                        .map(path -> Arguments.of(path, screen)));
    }

    private static HttpResponse<String> get(String address) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
    }
}
