package dev.runledger.security;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * Whoever signed in with an issuer.
 *
 * @param subject what the issuer knows the person by, for good
 * @param name what people know the person by
 * @param groups what the configured claim holds, as roles go by it
 */
record Person(String issuer, String subject, String name, List<String> groups) {

    private static final int MAX_NAME = 180;
    private static final int MAX_GROUPS = 1_000;
    private static final String EMAIL = "email";

    static Person of(OidcUser user, OidcSettings settings) {
        String name = Stream.of(user.getPreferredUsername(), user.getEmail(), user.getFullName(), user.getSubject())
                .filter(text -> text != null && !text.isBlank())
                .findFirst()
                .orElseThrow();
        return new Person(
                settings.issuer(),
                user.getSubject(),
                RefusedSignIns.line(name, MAX_NAME),
                groups(user, settings.claim()));
    }

    /** What logs and limits know the person by: nothing that a key could be named. */
    String caller() {
        return "person " + name;
    }

    /** At some issuers people write what address they like into their profile. */
    private static List<String> groups(OidcUser user, String claim) {
        return claim.equals(EMAIL) && !Boolean.TRUE.equals(user.getEmailVerified())
                ? List.of()
                : texts(value(user.getClaims(), claim)).stream()
                        .filter(text -> text.indexOf('\0') < 0)
                        .limit(MAX_GROUPS)
                        .toList();
    }

    /** Names of claims may have dots in them themselves, as addresses do. */
    private static @Nullable Object value(Map<?, ?> claims, String claim) {
        if (claims.containsKey(claim)) {
            return claims.get(claim);
        }
        int dot = claim.indexOf('.');
        return dot > 0 && claims.get(claim.substring(0, dot)) instanceof Map<?, ?> inner
                ? value(inner, claim.substring(dot + 1))
                : null;
    }

    private static List<String> texts(@Nullable Object value) {
        if (value instanceof Collection<?> several) {
            return several.stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .toList();
        }
        return value instanceof String one ? List.of(one) : List.of();
    }
}
