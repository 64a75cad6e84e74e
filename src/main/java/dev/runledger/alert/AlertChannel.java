package dev.runledger.alert;

import java.time.Instant;
import java.util.UUID;

/** A webhook that messages about alerts go to. Its secret is never read back. */
public record AlertChannel(UUID id, String name, String url, Instant createdAt) {}
