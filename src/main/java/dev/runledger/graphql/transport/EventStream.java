package dev.runledger.graphql.transport;

import java.io.IOException;
import java.util.Map;
import org.reactivestreams.Subscription;
import org.springframework.web.servlet.function.ServerResponse.SseBuilder;
import reactor.core.publisher.BaseSubscriber;

/** Writes one event after another, and requests the next when the last is written. */
final class EventStream extends BaseSubscriber<EventStream.Event> {

    private final SseBuilder stream;

    EventStream(SseBuilder stream) {
        this.stream = stream;
        stream.onError(fault -> cancel());
        stream.onComplete(this::cancel);
    }

    enum Kind {
        RESULT,
        COMPLETE,
        SIGN_OF_LIFE
    }

    record Event(Kind kind, Map<String, Object> result) {

        static final Event COMPLETE = new Event(Kind.COMPLETE, Map.of());
        static final Event SIGN_OF_LIFE = new Event(Kind.SIGN_OF_LIFE, Map.of());

        static Event of(Map<String, Object> result) {
            return new Event(Kind.RESULT, result);
        }
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        request(1);
    }

    @Override
    protected void hookOnNext(Event event) {
        try {
            write(event);
            request(1);
        } catch (IOException e) {
            cancel();
            stream.error(e);
        }
    }

    private void write(Event event) throws IOException {
        switch (event.kind()) {
            case RESULT -> stream.event("next").data(event.result());
            case COMPLETE -> stream.event("complete").data("");
            case SIGN_OF_LIFE -> stream.comment("").send();
        }
    }

    @Override
    protected void hookOnComplete() {
        stream.complete();
    }

    @Override
    protected void hookOnError(Throwable fault) {
        stream.error(fault);
    }
}
