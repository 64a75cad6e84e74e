package dev.runledger.audit;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Something that was done.
 *
 * @param seq counts the entries, not without gaps
 * @param actor the name of a key or person, or an address
 * @param action what was done
 * @param subject what it was done to
 * @param details what was asked for
 * @param before what was there before; null if nothing was
 * @param after what was there afterwards; null if nothing was
 */
public record AuditEntry(
        long seq,
        OffsetDateTime at,
        String actor,
        String action,
        @Nullable String subject,
        @Nullable JsonNode details,
        @Nullable JsonNode before,
        @Nullable JsonNode after) {}
