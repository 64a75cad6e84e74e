package dev.runledger.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;

/** The service keys of the configuration, as digests: whoever reads this process's memory learns no key. */
public final class ServiceKeys {

    private record Entry(byte[] digest, Role role, String name) {}

    private final List<Entry> entries = new ArrayList<>();
    private final @Nullable KeyFile file;

    /**
     * Takes the keys of every role.
     *
     * @param file where the server keeps them, if it made them
     * @throws FailureAnalyzedException if two roles have a key in common
     */
    ServiceKeys(Map<Role, List<String>> keys, @Nullable KeyFile file) {
        this.file = file;
        keys.forEach((role, roleKeys) -> roleKeys.forEach(key -> add(key, role)));
    }

    /** Where these keys are kept, or null if they were configured. */
    @Nullable
    public KeyFile file() {
        return file;
    }

    /** How many there are of each role. */
    public String summary() {
        return entries.stream()
                .collect(Collectors.groupingBy(Entry::role, () -> new EnumMap<>(Role.class), Collectors.counting()))
                .entrySet()
                .stream()
                .map(count -> "%d %s".formatted(count.getValue(), count.getKey().lowerCase()))
                .collect(Collectors.joining(", "));
    }

    private void add(String key, Role role) {
        Entry other = entry(sha256(key));
        if (other != null && other.role != role) {
            throw new FailureAnalyzedException(
                    "%s and %s hold the same key.".formatted(other.role.variable(), role.variable()),
                    "Give each role keys of its own.");
        }
        entries.add(new Entry(sha256(key), role, role.lowerCase() + " key " + (entries.size() + 1)));
    }

    /** Compares with every key, so that the time taken reveals nothing about any of them. */
    private @Nullable Entry entry(byte[] digest) {
        Entry found = null;
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.digest, digest)) {
                found = entry;
            }
        }
        return found;
    }

    /** The caller; its details name the key, among all that are valid, without giving it away. Null if the key is none of these. */
    @Nullable
    Authentication find(String key) {
        return find(sha256(key));
    }

    /** The same, by the key's digest. */
    @Nullable
    Authentication find(byte[] digest) {
        Entry entry = entry(digest);
        if (entry == null) {
            return null;
        }
        var caller = new PreAuthenticatedAuthenticationToken(entry.role, "", entry.role.authorities());
        caller.setDetails(entry.name);
        return caller;
    }

    static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
