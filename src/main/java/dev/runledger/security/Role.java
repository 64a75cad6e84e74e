package dev.runledger.security;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;

/** What a service key is for, or somebody who signed in. */
public enum Role {
    /** For pipelines: records, and reads only what the answer to its own report says. */
    WRITER("runs:record"),
    REPORTER("runs:read", "runs:export", "runs:record"),
    /** Looks at pages and asks queries, and takes no files of all runs away. */
    VIEWER("runs:read"),
    ANALYST("runs:read", "runs:export"),
    /** For whoever was sent a link: reads what one page asks, see {@link SharedViews}. */
    GUEST("view:read"),
    /** For whoever is called when an alert fires: reads, and says who cares for it. */
    ONCALL("runs:read", "runs:export", "alerts:acknowledge"),
    ADMIN("runs:read", "runs:export", "runs:record", "alerts:acknowledge", "runs:administer", "metrics:read"),
    METRICS("metrics:read");

    private final List<GrantedAuthority> authorities;

    Role(String... authorities) {
        this.authorities = AuthorityUtils.createAuthorityList(authorities);
    }

    /** Those whose keys can be configured: guests' keys are made for a view each. */
    static List<Role> configurable() {
        return Stream.of(values()).filter(role -> role != GUEST).toList();
    }

    List<GrantedAuthority> authorities() {
        return authorities;
    }

    /** The role as properties and the key file spell it. */
    String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The property that holds this role's keys. */
    String property() {
        return "runledger.keys." + lowerCase();
    }

    /** The same as an environment variable. */
    String variable() {
        return "RUNLEDGER_KEYS_" + name();
    }
}
