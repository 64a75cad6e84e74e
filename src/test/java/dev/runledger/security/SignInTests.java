package dev.runledger.security;

import static dev.runledger.security.SignInBrowser.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.web.util.UriComponentsBuilder;

/** People sign in with a real issuer. */
@RunledgerTest
@ContextConfiguration(initializers = TestIssuer.Configured.class)
class SignInTests {

    private static final String READ = "{\"query\": \"{ runs(first: 0) { totalCount } }\"}";
    private static final String ADMINISTER = "{\"query\": \"{ serviceKeys { id } }\"}";
    private static final String SESSION = "runledger_session";
    private static final String ATTEMPT = "runledger_sign_in";

    @Autowired
    JdbcClient jdbc;

    private final TestIssuer issuer = TestIssuer.shared();
    private final String person = "ann-" + UUID.randomUUID();
    private String server;
    private SignInBrowser browser;

    @BeforeEach
    void open(@LocalServerPort int port) {
        server = "http://localhost:" + port;
        browser = new SignInBrowser(server);
        issuer.accept(server);
    }

    @ParameterizedTest
    @CsvSource({
        "runledger-viewers, VIEWER",
        "runledger-analysts, ANALYST",
        "runledger-oncall, ONCALL",
        "runledger-admins, ADMIN"
    })
    void whoeverSignsInHasTheRoleOfTheirGroup(String group, String role) throws Exception {
        issuer.put(person, "others", group);

        HttpResponse<String> signedIn = browser.signIn(person);

        assertThat(location(signedIn)).isEqualTo(server + "/#sign-in=done");
        assertThat(browser.request("GET", "/session", "").body())
                .isEqualTo("{\"name\":\"person %s\",\"role\":\"%s\"}".formatted(person, role));
        assertThat(browser.request("POST", "/graphql", READ).body()).contains("totalCount");
        assertThat(browser.request("POST", "/graphql", ADMINISTER).body().contains("FORBIDDEN"))
                .isNotEqualTo(role.equals("ADMIN"));
        assertThat(browser.request("GET", "/v1/admin/generation-runs/export?status=running", "")
                        .statusCode())
                .isEqualTo(role.equals("VIEWER") ? 403 : 200);
        assertThat(entries("signIn").single()).contains(role, issuer.address(), person);
    }

    @Test
    void theSessionsCookieIsForNoScriptAndNoOtherSiteAndTheAttemptsIsGone() throws Exception {
        issuer.put(person, "runledger-analysts");
        browser.get(server + "/sign-in");
        assertThat(browser.cookie(ATTEMPT)).isNotNull();

        HttpResponse<String> signedIn = browser.signIn(person);

        assertThat(signedIn.headers().allValues("set-cookie"))
                .anySatisfy(cookie -> assertThat(cookie)
                        .startsWith(SESSION + "=")
                        .contains("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"))
                .anySatisfy(cookie -> assertThat(cookie)
                        .startsWith(ATTEMPT + "=;")
                        .contains("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=0"));
        assertThat(signedIn.headers().firstValue("cache-control"))
                .hasValueSatisfying(value -> assertThat(value).contains("no-store"));
        assertThat(browser.cookie(ATTEMPT)).isNull();
    }

    @Test
    void theIssuerIsAskedWithDigestsOnly() throws Exception {
        String asked = location(browser.get(server + "/sign-in"));

        assertThat(asked)
                .startsWith(issuer.address() + "/oauth2/authorize?")
                .contains("response_type=code", "code_challenge_method=S256", "scope=openid")
                .doesNotContain(TestIssuer.SECRET);
        String[] kept = browser.cookie(ATTEMPT).split("\\.");
        assertThat(asked).contains("state=" + kept[0]).doesNotContain(kept[1]).doesNotContain(kept[2]);
    }

    @Test
    void withoutAGroupThatHasARoleNobodyIsSignedInAndTheAuditLogSaysWho() throws Exception {
        issuer.put(person, "others");

        assertThat(location(browser.signIn(person))).isEqualTo(server + "/#sign-in=no_role");

        assertThat(browser.cookie(SESSION)).isNull();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(entries("signInRefused").list())
                        .singleElement()
                        .asString()
                        .contains("None of the groups in the claim groups"));
    }

    @Test
    void aSignInThatAnotherBrowserBeganIsRefused() throws Exception {
        issuer.put(person, "runledger-admins");
        String callback = browser.callback(person, "");
        SignInBrowser victim = new SignInBrowser(server);

        assertThat(location(victim.get(callback))).isEqualTo(server + "/#sign-in=expired");
        victim.get(server + "/sign-in");
        assertThat(location(victim.get(callback))).isEqualTo(server + "/#sign-in=expired");

        assertThat(victim.cookie(SESSION)).isNull();
    }

    @Test
    void aCodeIsWorthNothingWithoutTheVerifierAndTheNonceThatTheBrowserKept() throws Exception {
        issuer.put(person, "runledger-admins");
        for (int part : new int[] {1, 2}) {
            SignInBrowser thief = new SignInBrowser(server);
            String callback = thief.callback(person, "");
            String[] kept = thief.cookie(ATTEMPT).split("\\.");
            kept[part] = "x".repeat(43);
            thief.setCookie(ATTEMPT, String.join(".", kept));

            assertThat(location(thief.get(callback))).isEqualTo(server + "/#sign-in=refused");
            assertThat(thief.cookie(SESSION)).isNull();
        }
    }

    @Test
    void aCodeMakesOneSession() throws Exception {
        issuer.put(person, "runledger-analysts");
        String callback = browser.callback(person, "");
        String attempt = browser.cookie(ATTEMPT);
        assertThat(location(browser.get(callback))).endsWith("#sign-in=done");

        SignInBrowser again = new SignInBrowser(server);
        again.setCookie(ATTEMPT, attempt);
        assertThat(location(again.get(callback))).endsWith("#sign-in=refused");
        assertThat(again.cookie(SESSION)).isNull();
    }

    @Test
    void whatTheIssuerRefusesIsRefused() throws Exception {
        String asked = location(browser.get(server + "/sign-in"));
        String state = UriComponentsBuilder.fromUriString(asked)
                .build()
                .getQueryParams()
                .getFirst("state");

        assertThat(location(browser.get(server + "/sign-in/callback?error=access_denied&state=" + state)))
                .isEqualTo(server + "/#sign-in=refused");
    }

    @ParameterizedTest
    @CsvSource({
        "/runs?period=all&status=FAILED, /runs?period=all&status=FAILED",
        "https://evil.example/, /",
        "//evil.example/, /",
        "/\\evil.example/, /",
        "@evil.example, /",
        ".evil.example, /",
        "'/x\r\nSet-Cookie: a=b', /"
    })
    void afterwardsThePersonIsOnThisServerWhateverALinkAskedFor(String to, String there) throws Exception {
        issuer.put(person, "runledger-analysts");

        String callback = browser.callback(
                person,
                UriComponentsBuilder.fromPath("")
                        .queryParam("to", "{to}")
                        .encode()
                        .buildAndExpand(to)
                        .toUriString());

        String address = location(browser.get(callback));
        assertThat(address).isEqualTo(server + there + "#sign-in=done");
        assertThat(URI.create(address).getAuthority())
                .isEqualTo(URI.create(server).getAuthority());
    }

    @Test
    void aSessionsCookieThatWasThereBeforeIsNotTheOneAfterwards() throws Exception {
        issuer.put(person, "runledger-admins");
        browser.setCookie(SESSION, "planted-by-an-attacker");

        browser.signIn(person);

        assertThat(browser.cookie(SESSION)).isNotNull().isNotEqualTo("planted-by-an-attacker");
        SignInBrowser attacker = new SignInBrowser(server);
        attacker.setCookie(SESSION, "planted-by-an-attacker");
        assertThat(attacker.request("GET", "/session", "").statusCode()).isEqualTo(401);
    }

    @Test
    void whoeverIsGivenLessHasLessInAllSessionsFromTheNextSignInOn() throws Exception {
        issuer.put(person, "runledger-admins");
        browser.signIn(person);
        assertThat(browser.request("POST", "/graphql", ADMINISTER).body()).contains("serviceKeys");

        issuer.put(person, "runledger-viewers");
        new SignInBrowser(server).signIn(person);

        await().atMost(Duration.ofSeconds(10))
                .until(() -> browser.request("GET", "/session", "").body().contains("VIEWER"));
        assertThat(browser.request("POST", "/graphql", ADMINISTER).body()).contains("FORBIDDEN");
    }

    @Test
    void whoeverIsInNoGroupAnyMoreLosesAllSessionsAtTheNextAttempt() throws Exception {
        issuer.put(person, "runledger-admins");
        browser.signIn(person);

        issuer.put(person);
        new SignInBrowser(server).signIn(person);

        await().atMost(Duration.ofSeconds(10))
                .until(() -> browser.request("GET", "/session", "").statusCode() == 401);
    }

    @Test
    void aPersonsSessionEndsAfterTwelveHoursHoweverMuchItIsUsed() throws Exception {
        issuer.put(person, "runledger-analysts");
        browser.signIn(person);
        jdbc.sql(
                        "UPDATE browser_session SET created_at = now() - interval '11 hours', expires_at = now() + interval '1 hour' WHERE subject = :person")
                .param("person", person)
                .update();

        assertThat(browser.request("GET", "/session", "").statusCode()).isEqualTo(200);

        assertThat(jdbc.sql(
                                "SELECT extract(epoch FROM expires_at - created_at) / 3600 FROM browser_session WHERE subject = :person")
                        .param("person", person)
                        .query(Double.class)
                        .single())
                .isEqualTo(12.0);
    }

    @Test
    void signingOutEndsTheSessionHereAndAtTheIssuer() throws Exception {
        issuer.put(person, "runledger-analysts");
        browser.signIn(person);
        String cookie = browser.cookie(SESSION);

        HttpResponse<String> out = browser.request("DELETE", "/session", "");

        assertThat(out.statusCode()).isEqualTo(200);
        String continueAt = out.body().replaceAll(".*\"continueAt\":\"([^\"]+)\".*", "$1");
        assertThat(continueAt).startsWith(issuer.address() + "/connect/logout?id_token_hint=");
        assertThat(location(browser.get(continueAt))).isEqualTo(server + "/");
        browser.setCookie(SESSION, cookie);
        assertThat(browser.request("GET", "/session", "").statusCode()).isEqualTo(401);
        assertThat(location(browser.get(location(browser.get(server + "/sign-in")))))
                .as("the issuer asks who it is again")
                .endsWith("/login");
        assertThat(entries("signOut").list()).hasSize(1);
    }

    @Test
    void aPageOfAnotherOriginMayNotUseAPersonsSession() throws Exception {
        issuer.put(person, "runledger-admins");
        browser.signIn(person);

        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server + "/graphql"))
                                .header("Cookie", SESSION + "=" + browser.cookie(SESSION))
                                .header("Origin", issuer.address())
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(ADMINISTER))
                                .build(),
                        BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a.b.c.d", "....", "%00"})
    void aCookieThatIsNoneOfOursIsNoAttempt(String cookie) throws Exception {
        browser.setCookie(ATTEMPT, cookie);

        assertThat(location(browser.get(server + "/sign-in/callback?state=a&code=b")))
                .isEqualTo(server + "/#sign-in=expired");
    }

    @Test
    void thePageIsToldTheIssuersNameAndKeysWorkAsEver() throws Exception {
        assertThat(browser.request("GET", "/sign-in/with", "").body()).isEqualTo("{\"name\":\"Acme\"}");
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server + "/session"))
                                .header("X-Service-Key", TestKeys.ANALYST)
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(201);
    }

    private JdbcClient.MappedQuerySpec<String> entries(String action) {
        return jdbc.sql("SELECT details::text FROM audit_entry WHERE action = :action AND actor = :actor")
                .param("action", action)
                .param("actor", "person " + person)
                .query(String.class);
    }
}
