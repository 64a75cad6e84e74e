package dev.runledger.event;

import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened around the pipeline.
 *
 * @param kind what kind of thing it was: deploy, incident, note, ...
 * @param link an address of http or https with more about it; null if none was given
 * @param environment where it happened; null if that is everywhere, or not known
 * @param recordedBy the name of the key that recorded it
 */
public record Event(
        UUID id,
        OffsetDateTime at,
        String kind,
        String text,
        @Nullable String link,
        @Nullable String environment,
        OffsetDateTime recordedAt,
        String recordedBy) {

    Event at(OffsetDateTime moment) {
        return new Event(id, moment, kind, text, link, environment, recordedAt, recordedBy);
    }

    /** Whether it says the same, whoever recorded it and when. */
    boolean says(Event other) {
        return at.toInstant().equals(other.at.toInstant())
                && kind.equals(other.kind)
                && text.equals(other.text)
                && Objects.equals(link, other.link)
                && Objects.equals(environment, other.environment);
    }
}
