package dev.runledger.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;

class OidcSettingsTests {

    private static final OidcSettings.Groups ROLES =
            new OidcSettings.Groups(List.of("*"), List.of("analysts"), List.of("oncall"), List.of("admins", "root"));

    @Test
    void ofSeveralGroupsTheOneThatAllowsMostCounts() {
        OidcSettings settings = settings("https://issuer.example", "groups");

        assertThat(settings.role(List.of("analysts", "root"))).isEqualTo(Role.ADMIN);
        assertThat(settings.role(List.of("oncall", "analysts"))).isEqualTo(Role.ONCALL);
        assertThat(settings.role(List.of("analysts"))).isEqualTo(Role.ANALYST);
        assertThat(settings.role(List.of("Analysts"))).isEqualTo(Role.VIEWER);
    }

    @Test
    void withoutWhoeverNobodyHasARoleByNoGroup() {
        OidcSettings settings = new OidcSettings(
                "https://issuer.example",
                "id",
                "secret",
                "",
                List.of(),
                "groups",
                new OidcSettings.Groups(List.of(), List.of(), List.of(), List.of("admins")));

        assertThat(settings.role(List.of())).isNull();
        assertThat(settings.role(List.of("*"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://issuer.example", "ftp://localhost", "issuer.example", "https:///x", "http://"})
    void anIssuerThatOthersCouldSpeakForIsRefused(String issuer) {
        assertThatThrownBy(() -> settings(issuer, "groups"))
                .isInstanceOf(FailureAnalyzedException.class)
                .hasMessageContaining("no address by https");
    }

    @Test
    void anIssuerAloneIsNotEnough() {
        assertThatThrownBy(() -> new OidcSettings("https://issuer.example", "id", "", "", List.of(), "groups", ROLES))
                .isInstanceOfSatisfying(
                        FailureAnalyzedException.class,
                        refusal -> assertThat(refusal.analysis().getAction()).contains("RUNLEDGER_OIDC_CLIENT_SECRET"));
    }

    @Test
    void theSecretIsInNoText() {
        assertThat(settings("https://issuer.example", "groups").toString()).doesNotContain("the-secret");
    }

    @ParameterizedTest
    @CsvSource({
        "groups, 'one,two'",
        "role, alone",
        "https://example.com/roles, dotted",
        "realm_access.roles, inner",
        "realm_access.none, ''",
        "none, ''",
        "sub.roles, ''"
    })
    void groupsAreWhatTheClaimHolds(String claim, String groups) {
        assertThat(String.join(",", person(claim, Map.of()).groups())).isEqualTo(groups);
    }

    @Test
    void anAddressThatTheIssuerHasNotVerifiedGivesNoRole() {
        Map<String, Object> mail = new HashMap<>(Map.of("email", "ann@example.com"));
        assertThat(person("email", mail).groups()).isEmpty();

        mail.put("email_verified", false);
        assertThat(person("email", mail).groups()).isEmpty();

        mail.put("email_verified", true);
        assertThat(person("email", mail).groups()).containsExactly("ann@example.com");
    }

    @Test
    void aPersonsNameIsOneLineAndNoKeys() {
        assertThat(person("groups", Map.of("preferred_username", "admin key 1\nx"))
                        .caller())
                .isEqualTo("person admin key 1 x");
    }

    @ParameterizedTest
    @CsvSource({
        "https://ledger.example/runledger/, https://ledger.example/runledger/sign-in/callback",
        "'', http://localhost/prefix/sign-in/callback"
    })
    void theIssuerSendsBrowsersToTheConfiguredAddressOrElseToThatOfTheRequest(String configured, String address) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/prefix/sign-in");
        request.setContextPath("/prefix");

        assertThat(new PublicAddress(configured).of(request, "/sign-in/callback"))
                .isEqualTo(address);
    }

    private static Person person(String claim, Map<String, Object> more) {
        Map<String, Object> claims = new HashMap<>(Map.of(
                "sub",
                "1",
                "groups",
                List.of("one", "two"),
                "role",
                "alone",
                "https://example.com/roles",
                List.of("dotted"),
                "realm_access",
                Map.of("roles", List.of("inner"))));
        claims.putAll(more);
        OidcIdToken token = new OidcIdToken("token", Instant.EPOCH, Instant.EPOCH.plusSeconds(1), claims);
        return Person.of(new DefaultOidcUser(List.of(), token), settings("https://issuer.example", claim));
    }

    private static OidcSettings settings(String issuer, String claim) {
        return new OidcSettings(issuer, "id", "the-secret", "", List.of("openid"), claim, ROLES);
    }
}
