package dev.runledger.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a browser does while a person signs in, one step after another. */
final class SignInBrowser {

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(cookies)
            .build();
    private final String server;

    SignInBrowser(String server) {
        this.server = server;
    }

    /** Begins, signs in at the issuer, and returns where the issuer sends the browser. */
    String callback(String person, String to) throws Exception {
        String issuer = location(get(server + "/sign-in" + to));
        String form = location(get(issuer));
        Matcher csrf = CSRF.matcher(get(form).body());
        assertThat(csrf.find()).isTrue();
        String back = location(post(
                form,
                "username=%s&password=%s&_csrf=%s"
                        .formatted(
                                URLEncoder.encode(person, StandardCharsets.UTF_8),
                                TestIssuer.PASSWORD,
                                URLEncoder.encode(csrf.group(1), StandardCharsets.UTF_8))));
        return location(get(back));
    }

    /** Signs in, and returns the answer that sends the browser to the pages. */
    HttpResponse<String> signIn(String person) throws Exception {
        return get(callback(person, ""));
    }

    HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(address))
                        .header("Accept", "text/html")
                        .build(),
                BodyHandlers.ofString());
    }

    HttpResponse<String> post(String address, String form) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(address))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    /** As a script of the pages. */
    HttpResponse<String> request(String method, String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(server + path))
                        .header("Origin", server)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** The value of a cookie; null if there is none of that name. */
    String cookie(String name) {
        return cookies.getCookieStore().getCookies().stream()
                .filter(cookie -> cookie.getName().equals(name))
                .map(HttpCookie::getValue)
                .findFirst()
                .orElse(null);
    }

    void setCookie(String name, String value) throws IOException {
        cookies.put(URI.create(server + "/"), Map.of("Set-Cookie", List.of("%s=%s; Path=/".formatted(name, value))));
    }

    static String location(HttpResponse<?> answer) {
        return URI.create(answer.uri().toString())
                .resolve(answer.headers()
                        .firstValue("location")
                        .orElseThrow(() -> new AssertionError(answer + " " + answer.body())))
                .toString();
    }
}
