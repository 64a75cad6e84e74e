package dev.runledger.security;

import java.util.List;
import java.util.Locale;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;

/** What a service key is for. */
public enum Role {
    /** For pipelines: records, and reads only what the answer to its own report says. */
    WRITER("runs:record"),
    REPORTER("runs:read", "runs:record"),
    ANALYST("runs:read"),
    ADMIN("runs:read", "runs:record", "runs:administer", "metrics:read"),
    METRICS("metrics:read");

    private final List<GrantedAuthority> authorities;

    Role(String... authorities) {
        this.authorities = AuthorityUtils.createAuthorityList(authorities);
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
