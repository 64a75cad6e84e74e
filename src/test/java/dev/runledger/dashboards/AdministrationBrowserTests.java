package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What administrators do on the pages: keys, and who did what. */
@BrowserTest
class AdministrationBrowserTests {

    private final String name = "k-" + UUID.randomUUID();
    private GraphQlClient client;
    private String server;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        server = "http://localhost:" + port;
        client = new GraphQlClient(port);
    }

    @Test
    void aKeyIsMadeShownOnceRenamedAndRevokedAfterAQuestion(Browsing browsing) {
        Page page = administrating(browsing, "/keys");
        page.locator("input[name=key-name]").fill(name);
        page.selectOption("select[name=role]", "VIEWER");
        page.selectOption("select[name=expires]", "30");

        page.getByText("Make key").click();

        String key = page.locator("#made-key").inputValue();
        assertThat(key).startsWith("rl_viewer_");
        assertThat(statusOf(key)).isEqualTo(200);
        assertThat(row(page, name)).containsText("Valid");
        assertThat(row(page, name)).containsText("not yet");
        page.getByText("I have kept it").click();
        assertThat(page.locator("#made-key")).hasCount(0);
        page.reload();
        assertThat(row(page, name)).isVisible();
        assertThat(page.content()).doesNotContain(key);

        page.locator("select[name=key]").selectOption(name);
        page.locator("input[name=new-name]").fill(name + "-new");
        page.getByText("Rename", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(row(page, name + "-new")).isVisible();
        page.selectOption("select[name=new-expiry]", "never");
        page.getByText("Set expiry").click();
        assertThat(row(page, name + "-new")).containsText("never");

        button(page, "Revoke: " + name + "-new").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("is refused within seconds, for good");
        page.getByText("Keep it").click();
        assertThat(statusOf(key)).isEqualTo(200);
        button(page, "Revoke: " + name + "-new").click();
        page.getByText("Revoke it").click();
        assertThat(row(page, name + "-new")).containsText("Revoked");
        assertThat(statusOf(key)).isEqualTo(401);
    }

    @Test
    void aBrowserIsSignedOut(Browsing browsing) throws Exception {
        String key = client.administer(
                        "mutation { createServiceKey(name: \"%s\", role: ANALYST) { key } }".formatted(name))
                .data("createServiceKey")
                .path("key")
                .stringValue();
        String cookie = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server + "/session"))
                                .header("X-Service-Key", key)
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.discarding())
                .headers()
                .firstValue("set-cookie")
                .orElseThrow()
                .replaceFirst(";.*", "");
        assertThat(statusOf("Cookie", cookie)).isEqualTo(200);
        Page page = administrating(browsing, "/keys");
        Locator row = page.locator("[data-panel=browser-sessions] tr:has(th[data-value='key %s'])".formatted(name));
        assertThat(row).containsText("Analyst");

        page.selectOption(
                "select[name=session]",
                page.locator("select[name=session] option", new Page.LocatorOptions().setHasText(name))
                        .getAttribute("value"));
        button(page, "Sign out this browser: key " + name).click();

        assertThat(row).hasCount(0);
        assertThat(statusOf("Cookie", cookie)).isEqualTo(401);
        assertThat(statusOf(key)).isEqualTo(200);
    }

    @Test
    void whatIsWrongWithANameIsSaid(Browsing browsing) {
        Page page = administrating(browsing, "/keys");

        page.getByText("Make key").click();

        assertThat(page.getByRole(AriaRole.ALERT)).hasText("name must have 1 to 100 characters");
        assertThat(page.locator("#made-key")).hasCount(0);
    }

    @Test
    void anEntryOfTheAuditLogSaysWhatWasThereBeforeAndAfterAndIsFoundByWhoWhatAndWhen(Browsing browsing) {
        String id = client.administer("mutation { createServiceKey(name: \"%s\", role: ANALYST) { serviceKey { id } } }"
                        .formatted(name))
                .data("createServiceKey")
                .path("serviceKey")
                .path("id")
                .stringValue();
        client.administer("mutation { renameServiceKey(id: \"%s\", name: \"%s\") { id } }".formatted(id, name + "-new"))
                .data("renameServiceKey");
        Page page = administrating(browsing, "/audit");
        Locator entries = page.locator("[data-panel=audit-log] tbody tr");

        page.locator("input[name=subject]").fill(id);
        page.getByText("Show", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(entries).hasCount(2);
        assertThat(entries.first()).containsText("name: " + name + " → " + name + "-new");
        assertThat(entries.last()).containsText("role: ANALYST");

        entries.first().getByText("renameServiceKey").click();
        assertThat(entries).hasCount(1);
        assertThat(page.locator("input[name=action]")).hasValue("renameServiceKey");
        page.goBack();
        assertThat(entries).hasCount(2);

        page.locator("input[name=to]").fill("2020-01-01");
        page.getByText("Show", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.getByText("There is no such entry.")).isVisible();
    }

    @Test
    void aLongAuditLogIsReadPageByPage(Browsing browsing) {
        String kept = client.administer(
                        "mutation { createServiceKey(name: \"%s\", role: ANALYST) { serviceKey { id } } }"
                                .formatted(name))
                .data("createServiceKey")
                .path("serviceKey")
                .path("id")
                .stringValue();
        for (int i = 1; i <= 100; i++) {
            client.administer("mutation { renameServiceKey(id: \"%s\", name: \"%s-%d\") { id } }"
                            .formatted(kept, name, i))
                    .data("renameServiceKey");
        }
        Page page = administrating(browsing, "/audit?subject=" + kept);
        Locator entries = page.locator("[data-panel=audit-log] tbody tr");
        assertThat(entries).hasCount(100);

        page.getByText("Earlier entries").click();
        assertThat(entries).hasCount(1);
        assertThat(entries.first()).containsText("createServiceKey");
        assertThat(page.getByText("Earlier entries")).hasCount(0);

        page.getByText("Latest entries").click();
        assertThat(entries).hasCount(100);
    }

    @ParameterizedTest
    @CsvSource({"/keys, keys", "/audit, the audit log"})
    void anAnalystIsRefusedInWordsAndSeesNoWayThere(String path, String what, Browsing browsing) {
        Visit visit = browsing.open(path);
        Page page = visit.page();

        assertThat(page.getByText("You are signed in as analyst key")).containsText("Only administrators see " + what);
        assertThat(page.locator("[data-panel]")).hasCount(0);
        assertThat(page.locator("nav a[href*='/keys'], nav a[href*='/audit']")).hasCount(0);
        assertThat(visit.questions())
                .noneMatch(question -> question.postData().contains("serviceKeys")
                        || question.postData().contains("auditLog"));
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator row(Page page, String name) {
        return page.locator("[data-panel=service-keys] tr:has(th[data-value='%s'])".formatted(name));
    }

    private int statusOf(String key) {
        return statusOf("X-Service-Key", key);
    }

    private int statusOf(String header, String value) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(server + "/session"))
                    .header(header, value)
                    .build();
            return HttpClient.newHttpClient()
                    .send(request, BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Page administrating(Browsing browsing, String path) {
        return browsing.openAt(browsing.address(), path + "#key=" + TestKeys.ADMIN, Browsing.Screen.LIGHT)
                .page();
    }
}
