package dev.runledger.graphql;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.runledger.audit.AuditEntry;
import dev.runledger.audit.AuditLog;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.paging.PageArguments;
import dev.runledger.graphql.paging.PageInfo;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.graphql.transport.SharedViewGuard;
import dev.runledger.security.Role;
import dev.runledger.security.SharedView;
import dev.runledger.security.SharedViews;
import dev.runledger.security.StoredKeys;
import dev.runledger.security.StoredKeys.ServiceKey;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;

/** Answers {@code administration.graphqls}: keys that need no restart, and the audit log. */
@Controller
class AdministrationController {

    private static final String ADMINISTRATOR = "hasAuthority('runs:administer')";
    private static final String CURSOR = "audit ";

    private final StoredKeys keys;
    private final SharedViews views;
    private final SharedViewGuard guard;
    private final AuditLog audit;

    AdministrationController(StoredKeys keys, SharedViews views, SharedViewGuard guard, AuditLog audit) {
        this.keys = keys;
        this.views = views;
        this.guard = guard;
        this.audit = audit;
    }

    record AuditFilter(
            @Nullable String action,
            @Nullable String actor,
            @Nullable String subject,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to) {

        AuditLog.Selection selection() {
            return new AuditLog.Selection(
                    text("action", action), text("actor", actor), text("subject", subject), from, to);
        }

        private static @Nullable String text(String field, @Nullable String text) {
            return text == null ? null : ArgumentText.check("filter." + field, text);
        }
    }

    /** @param found the entries of the page and, if there are more, one beyond it */
    record AuditConnection(PageArguments page, List<AuditEntry> found) {

        public List<AuditEntry> nodes() {
            return found.subList(0, Math.min(found.size(), page.size()));
        }

        public PageInfo pageInfo() {
            return PageInfo.forward(page, nodes(), found.size(), AdministrationController::cursor);
        }
    }

    @QueryMapping
    @PreAuthorize(ADMINISTRATOR)
    AuditConnection auditLog(
            @Argument @Nullable AuditFilter filter,
            @Argument @Nullable Integer first,
            @Argument @Nullable String after) {
        PageArguments page = PageArguments.of(first, after, null, null);
        AuditLog.Selection selection =
                (filter == null ? new AuditFilter(null, null, null, null, null) : filter).selection();
        return new AuditConnection(
                page, audit.page(selection, after == null ? null : position(after), page.size() + 1));
    }

    @QueryMapping
    @PreAuthorize(ADMINISTRATOR)
    List<ServiceKey> serviceKeys() {
        return keys.all();
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    StoredKeys.Created createServiceKey(
            @Argument String name,
            @Argument Role role,
            @Argument @Nullable OffsetDateTime expiresAt,
            Authentication caller) {
        if (role == Role.GUEST) {
            throw RequestFailure.badRequest("A key of role GUEST is made by createSharedView");
        }
        return storing(() ->
                keys.create(ArgumentText.check("name", name), role, expiresAt, String.valueOf(caller.getDetails())));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    StoredKeys.Created createSharedView(
            @Argument String page,
            @Argument Map<String, Object> filter,
            @Argument String name,
            @Argument OffsetDateTime expiresAt,
            Authentication caller) {
        if (!guard.pages().contains(page)) {
            throw RequestFailure.badRequest("page is none of %s".formatted(guard.pages()));
        }
        SharedView view = new SharedView(page, filter);
        return storing(() ->
                views.create(ArgumentText.check("name", name), view, expiresAt, String.valueOf(caller.getDetails())));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    ServiceKey renameServiceKey(@Argument UUID id, @Argument String name) {
        return storing(() -> keys.rename(id, ArgumentText.check("name", name)));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    ServiceKey expireServiceKey(@Argument UUID id, @Argument @Nullable OffsetDateTime expiresAt) {
        return storing(() -> keys.expire(id, expiresAt));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    ServiceKey revokeServiceKey(@Argument UUID id) {
        return keys.revoke(id);
    }

    private static <T> T storing(Supplier<T> store) {
        try {
            return store.get();
        } catch (IllegalArgumentException e) {
            throw RequestFailure.badRequest(e.getMessage());
        }
    }

    private static String cursor(AuditEntry entry) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((CURSOR + entry.seq()).getBytes(US_ASCII));
    }

    private static long position(String cursor) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), US_ASCII);
            if (text.startsWith(CURSOR)) {
                return Long.parseLong(text.substring(CURSOR.length()));
            }
        } catch (IllegalArgumentException e) {
            // Refused below.
        }
        throw RequestFailure.badRequest("after is not a cursor of this list");
    }
}
