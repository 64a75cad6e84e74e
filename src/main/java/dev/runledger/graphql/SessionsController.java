package dev.runledger.graphql;

import dev.runledger.security.ActiveSessions;
import dev.runledger.security.ActiveSessions.ActiveSession;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;

/** Answers which browsers are signed in, and signs them out. */
@Controller
@ConditionalOnWebApplication
class SessionsController {

    private final ActiveSessions sessions;

    SessionsController(ActiveSessions sessions) {
        this.sessions = sessions;
    }

    @QueryMapping
    @PreAuthorize("hasAuthority('runs:administer')")
    List<ActiveSession> browserSessions() {
        return sessions.all();
    }

    @MutationMapping
    @PreAuthorize("hasAuthority('runs:administer')")
    @Nullable
    ActiveSession endBrowserSession(@Argument UUID id) {
        return sessions.end(id);
    }
}
