package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.TestKeys;
import dev.runledger.dashboards.Browsing.Screen;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** The pages where they are not at the root of their host. */
@BrowserTest
@TestPropertySource(properties = "server.forward-headers-strategy=framework")
class PrefixBrowserTests {

    @LocalServerPort
    int port;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void behindAProxysPrefixEverythingWorksWhetherTheServerKnowsOfItOrNot(boolean saysPrefix, Browsing browsing)
            throws Exception {
        try (PrefixProxy proxy = new PrefixProxy(port, saysPrefix)) {
            everythingWorks(browsing, proxy.origin());
        }
    }

    @Test
    void behindAProxysPrefixTheOperationsAreDescribed(Browsing browsing) throws Exception {
        try (PrefixProxy proxy = new PrefixProxy(port, true)) {
            theOperationsAreDescribed(browsing, proxy.origin());
        }
    }

    @Test
    void underAContextPathEverythingWorks(Browsing browsing) throws Exception {
        try (StoppableServer server = new StoppableServer("--server.servlet.context-path=" + PrefixProxy.PREFIX)) {
            everythingWorks(browsing, server.address());
            theOperationsAreDescribed(browsing, server.address());
        }
    }

    private static void everythingWorks(Browsing browsing, String origin) throws Exception {
        String root = origin + PrefixProxy.PREFIX + "/";
        Visit visit = browsing.openAt(origin, PrefixProxy.PREFIX + "/#key=" + TestKeys.ANALYST, Screen.LIGHT);
        Page page = visit.page();
        visit.panels();
        assertThat(page.locator(".live")).hasText("Live");
        String run = "prefix-" + UUID.randomUUID();
        report(root, run);
        assertThat(visit.panel("open-runs").section()).containsText(run);

        page.getByRole(
                        AriaRole.LINK,
                        new GetByRoleOptions().setName("Providers").setExact(true))
                .click();
        assertThat(page).hasURL(root + "providers");
        visit.panels();
        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Runs").setExact(true))
                .click();
        assertThat(page).hasURL(root + "runs");
        page.locator("[data-run] a").first().click();
        assertThat(page).hasURL(Pattern.compile(root + "runs/[0-9a-f-]{36}"));
        page.reload();
        assertThat(page.locator("main h1")).isVisible();
        assertThat(page.getByRole(
                        AriaRole.LINK, new GetByRoleOptions().setName("Runs").setExact(true)))
                .hasAttribute("aria-current", "page");

        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("GraphiQL").setExact(true))
                .click();
        assertThat(page).hasURL(root + "graphiql");
        assertThat(page.locator(".graphiql-query-editor .view-lines")).containsText("{");
        page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(Pattern.compile("^Execute query.*")))
                .click();
        assertThat(page.locator(".result-window")).containsText("\"data\"");
        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Reference"))
                .click();
        assertThat(page).hasURL(root + "docs");
        page.getByLabel("Search the reference").fill("Run.status");
        page.getByRole(
                        AriaRole.LINK,
                        new GetByRoleOptions().setName("Run.status").setExact(true))
                .click();
        assertThat(page).hasURL(root + "docs/types.html#Run.status");
        page.getByRole(
                        AriaRole.LINK,
                        new GetByRoleOptions().setName("Dashboards").setExact(true))
                .click();
        assertThat(page).hasURL(root);
        assertThat(visit.requests())
                .allMatch(request ->
                        request.url().startsWith(root) || !request.url().startsWith("http"));
    }

    private static void theOperationsAreDescribed(Browsing browsing, String origin) {
        Visit visit = browsing.openAt(origin, PrefixProxy.PREFIX + "/swagger-ui.html", Screen.LIGHT);

        assertThat(visit.page().locator(".opblock").first()).isVisible();
        assertThat(visit.page().locator(".servers option"))
                .hasText(origin + PrefixProxy.PREFIX + " - Generated server url");
    }

    private static void report(String root, String run) throws IOException, InterruptedException {
        String body = """
                {"client_run_id": "%s", "started_at": "%s", "status": "running", "questions_requested": 10}""".formatted(run, Instant.now());
        HttpRequest request = HttpRequest.newBuilder(URI.create(root + "v1/admin/generation-runs"))
                .header("X-Service-Key", TestKeys.REPORTER)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }
}
