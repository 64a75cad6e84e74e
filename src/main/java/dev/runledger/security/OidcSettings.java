package dev.runledger.security;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * How people sign in by OpenID Connect.
 *
 * @param issuer whom to trust; empty if people sign in by key only
 * @param name what the sign-in page calls the issuer; its host if empty
 * @param claim which claim names the groups of a person, with dots where it lies within others
 * @param roles which groups have which role
 */
@ConfigurationProperties("runledger.oidc")
record OidcSettings(
        String issuer,
        String clientId,
        String clientSecret,
        String name,
        List<String> scopes,
        String claim,
        Groups roles) {

    private static final String WHOEVER = "*";

    /** The most that a person may have, first. */
    private static final List<Role> ROLES = List.of(Role.ADMIN, Role.ONCALL, Role.ANALYST, Role.VIEWER);

    record Groups(List<String> viewer, List<String> analyst, List<String> oncall, List<String> admin) {

        List<String> of(Role role) {
            return switch (role) {
                case VIEWER -> viewer;
                case ANALYST -> analyst;
                case ONCALL -> oncall;
                case ADMIN -> admin;
                default -> List.of();
            };
        }
    }

    OidcSettings {
        if (!issuer.isEmpty()) {
            requireIssuer(issuer);
            if (clientId.isEmpty() || clientSecret.isEmpty()) {
                throw new FailureAnalyzedException(
                        "RUNLEDGER_OIDC_ISSUER is set, but not who this server is to the issuer.",
                        "Set RUNLEDGER_OIDC_CLIENT_ID and RUNLEDGER_OIDC_CLIENT_SECRET, too.");
            }
        }
    }

    /** Whoever changes what comes over a network without TLS signs in as whom they like. */
    private static void requireIssuer(String issuer) {
        try {
            URI uri = URI.create(issuer);
            if (uri.getHost() != null
                    && ("https".equals(uri.getScheme())
                            || "http".equals(uri.getScheme())
                                    && InetAddress.getByName(uri.getHost()).isLoopbackAddress())) {
                return;
            }
        } catch (IllegalArgumentException | UnknownHostException e) {
            // Refused below.
        }
        throw new FailureAnalyzedException(
                "RUNLEDGER_OIDC_ISSUER is %s, which is no address by https.".formatted(issuer),
                "Set it to the issuer as its /.well-known/openid-configuration spells it.");
    }

    boolean isOn() {
        return !issuer.isEmpty();
    }

    /** What people know the issuer by. */
    String issuerName() {
        return name.isEmpty() ? URI.create(issuer).getHost() : name;
    }

    /** The role that allows most among those of the groups; null if none of them has any. */
    @Nullable
    Role role(Collection<String> groups) {
        return ROLES.stream()
                .filter(role ->
                        roles.of(role).stream().anyMatch(group -> group.equals(WHOEVER) || groups.contains(group)))
                .findFirst()
                .orElse(null);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "OidcSettings[issuer=%s, clientId=%s, scopes=%s, claim=%s, roles=%s]"
                .formatted(issuer, clientId, scopes, claim, roles);
    }
}
