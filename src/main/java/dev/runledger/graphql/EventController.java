package dev.runledger.graphql;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.runledger.event.Event;
import dev.runledger.event.Events;
import dev.runledger.event.Events.OtherEventException;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.paging.PageArguments;
import dev.runledger.graphql.paging.PageInfo;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.report.PlausibleTimes;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;

/** Answers {@code event.graphqls}: what happened around the pipeline. */
@Controller
class EventController {

    private static final String ADMINISTRATOR = "hasAuthority('runs:administer')";
    private static final String RECORDER = "hasAnyAuthority('runs:record', 'alerts:acknowledge')";

    private final Events events;
    private final Clock clock;

    EventController(Events events, Clock clock) {
        this.events = events;
        this.clock = clock;
    }

    record EventInput(
            @Nullable UUID id,
            @Nullable OffsetDateTime at,
            String kind,
            String text,
            @Nullable String link,
            @Nullable String environment) {}

    record RecordEventPayload(Event event) {}

    record DeleteEventPayload(boolean deleted) {}

    record EventFilter(
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable List<String> kinds,
            @Nullable List<String> environments) {

        static final EventFilter ALL = new EventFilter(null, null, null, null);

        Events.Selection selection(PlausibleTimes times) {
            return new Events.Selection(
                    times.from(from == null ? null : from.toInstant()),
                    times.to(to == null ? null : to.toInstant()),
                    texts("kinds", kinds),
                    texts("environments", environments));
        }

        private static List<String> texts(String field, @Nullable List<String> texts) {
            return texts == null
                    ? List.of()
                    : texts.stream()
                            .map(text -> ArgumentText.check("filter." + field, text))
                            .toList();
        }
    }

    record EventEdge(String cursor, Event node) {}

    /** @param found the events of the page and, if there are more, one beyond it */
    record EventConnection(PageArguments page, List<Event> found) {

        public List<Event> nodes() {
            return found.subList(0, Math.min(found.size(), page.size()));
        }

        public List<EventEdge> edges() {
            return nodes().stream()
                    .map(event -> new EventEdge(cursor(event), event))
                    .toList();
        }

        public PageInfo pageInfo() {
            return PageInfo.forward(page, nodes(), found.size(), EventController::cursor);
        }
    }

    @QueryMapping
    EventConnection events(
            @Argument @Nullable EventFilter filter,
            @Argument @Nullable Integer first,
            @Argument @Nullable String after) {
        PageArguments page = PageArguments.of(first, after, null, null);
        PlausibleTimes times = PlausibleTimes.at(clock.instant());
        Events.Selection selection = (filter == null ? EventFilter.ALL : filter).selection(times);
        return new EventConnection(
                page, events.page(selection, after == null ? null : position(after, times), page.size() + 1));
    }

    @MutationMapping
    @PreAuthorize(RECORDER)
    RecordEventPayload recordEvent(@Argument EventInput input, Authentication caller) {
        try {
            return new RecordEventPayload(events.record(
                    input.id,
                    input.at == null ? null : input.at.toInstant(),
                    ArgumentText.check("input.kind", input.kind),
                    ArgumentText.check("input.text", input.text),
                    input.link,
                    input.environment == null ? null : ArgumentText.check("input.environment", input.environment),
                    String.valueOf(caller.getDetails())));
        } catch (IllegalArgumentException e) {
            throw RequestFailure.badRequest("input." + e.getMessage());
        } catch (OtherEventException e) {
            throw RequestFailure.conflict(e.getMessage());
        }
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    DeleteEventPayload deleteEvent(@Argument UUID id) {
        return new DeleteEventPayload(events.delete(id));
    }

    private static String cursor(Event event) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("event %s %s"
                        .formatted(event.at().toInstant(), event.id())
                        .getBytes(UTF_8));
    }

    private static Events.Position position(String cursor, PlausibleTimes times) {
        try {
            // "event", when, id
            String[] parts = new String(Base64.getUrlDecoder().decode(cursor), UTF_8).split(" ");
            if (parts.length == 3 && parts[0].equals("event")) {
                Instant at = Instant.parse(parts[1]);
                if (times.contain(at)) {
                    return new Events.Position(at, UUID.fromString(parts[2]));
                }
            }
        } catch (IllegalArgumentException | DateTimeParseException e) {
            // Refused below.
        }
        throw RequestFailure.badRequest("after is not a cursor of this list");
    }
}
