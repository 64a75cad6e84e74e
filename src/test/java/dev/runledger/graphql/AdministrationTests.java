package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@RunledgerTest
class AdministrationTests {

    private static final String CREATE = """
            mutation ($name: String!, $role: KeyRole!, $expiresAt: DateTime) {
              createServiceKey(name: $name, role: $role, expiresAt: $expiresAt) {
                key serviceKey { id name role createdBy expiresAt revokedAt lastUsedAt } } }
            """;
    private static final String REVOKE = "mutation ($id: UUID!) { revokeServiceKey(id: $id) { revokedAt } }";
    private static final String LOG = """
            query ($filter: AuditFilter, $first: Int, $after: String) { auditLog(filter: $filter, first: $first, after: $after) {
              nodes { at actor action subject details before after } pageInfo { hasNextPage endCursor } } }
            """;
    private static final String READ = "{ runs(first: 0) { totalCount } }";

    @Autowired
    JdbcClient jdbc;

    private final String name = "k-" + UUID.randomUUID();
    private GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new GraphQlClient(port);
    }

    @Test
    void aKeyIsMadeShownOnceUsedAndRevokedWithoutARestart() {
        JsonNode created =
                admin(CREATE, Map.of("name", name, "role", "ANALYST")).data("createServiceKey");
        String key = created.path("key").stringValue();
        String id = created.path("serviceKey").path("id").stringValue();

        assertThat(as(key, READ, Map.of()).data("runs").path("totalCount").isInt())
                .isTrue();
        assertThat(as(key, REVOKE, Map.of("id", id)).code()).isEqualTo("FORBIDDEN");
        assertThat(admin("{ serviceKeys { id name role createdBy } }", Map.of())
                        .response()
                        .body())
                .contains(id, name)
                .doesNotContain(key);
        assertThat(jdbc.sql("SELECT to_jsonb(k)::text FROM service_key k WHERE id = :id")
                        .param("id", UUID.fromString(id))
                        .query(String.class)
                        .single())
                .doesNotContain(key, key.substring(12));

        assertThat(admin(REVOKE, Map.of("id", id))
                        .data("revokeServiceKey")
                        .path("revokedAt")
                        .isString())
                .isTrue();
        assertThat(as(key, READ, Map.of()).response().statusCode()).isEqualTo(401);
    }

    @Test
    void anotherInstanceLearnsOfAKeyAndOfItsRevocationWithinSeconds() {
        JsonNode created =
                admin(CREATE, Map.of("name", name, "role", "ANALYST")).data("createServiceKey");
        String key = created.path("key").stringValue();
        as(key, READ, Map.of()).data("runs");

        // As another instance would.
        jdbc.sql("UPDATE service_key SET revoked_at = now() WHERE name = :name")
                .param("name", name)
                .update();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> as(key, READ, Map.of()).response().statusCode() != 200);
        jdbc.sql("UPDATE service_key SET revoked_at = NULL WHERE name = :name")
                .param("name", name)
                .update();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> as(key, READ, Map.of()).response().statusCode() == 200);
    }

    @Test
    void aKeyExpires() {
        Map<String, Object> expiring = new HashMap<>(Map.of("name", name, "role", "ANALYST"));
        expiring.put("expiresAt", OffsetDateTime.now().plusSeconds(3).toString());
        String key =
                admin(CREATE, expiring).data("createServiceKey").path("key").stringValue();

        as(key, READ, Map.of()).data("runs");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> as(key, READ, Map.of()).response().statusCode() != 200);
    }

    @Test
    void whatIsWrongWithAKeyIsNamed() {
        admin(CREATE, Map.of("name", name, "role", "WRITER")).data("createServiceKey");

        Answer twice = admin(CREATE, Map.of("name", name, "role", "ADMIN"));
        assertThat(twice.code()).isEqualTo("BAD_REQUEST");
        assertThat(twice.message()).isEqualTo("name: there is a key named %s already".formatted(name));
        assertThat(admin(CREATE, Map.of("name", " ", "role", "ADMIN")).message())
                .isEqualTo("name must have 1 to 100 characters");
        assertThat(admin(CREATE, Map.of("name", name + "x", "role", "ADMIN", "expiresAt", "2020-01-01T00:00:00Z"))
                        .message())
                .startsWith("expiresAt is 2020-01-01T00:00Z");
        assertThat(client.ask(CREATE, Map.of("name", name + "y", "role", "ADMIN"))
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(client.ask(LOG).code()).isEqualTo("FORBIDDEN");
        assertThat(client.ask("{ serviceKeys { id } }").code()).isEqualTo("FORBIDDEN");
    }

    @Test
    void everyAdministrativeActIsLoggedWithWhoWhatBeforeAndAfterAndWithoutSecrets() {
        JsonNode created =
                admin(CREATE, Map.of("name", name, "role", "ANALYST")).data("createServiceKey");
        String id = created.path("serviceKey").path("id").stringValue();
        admin(
                        "mutation ($id: UUID!, $name: String!) { renameServiceKey(id: $id, name: $name) { name } }",
                        Map.of("id", id, "name", name + "-new"))
                .data("renameServiceKey");
        admin(REVOKE, Map.of("id", id)).data("revokeServiceKey");

        JsonNode log = admin(LOG, Map.of("filter", Map.of("subject", id)))
                .data("auditLog")
                .path("nodes");
        assertThat(log.valueStream().map(entry -> entry.path("action").stringValue()))
                .containsExactly("revokeServiceKey", "renameServiceKey", "createServiceKey");
        JsonNode renamed = log.path(1);
        assertThat(renamed.path("actor").stringValue()).startsWith("admin key");
        assertThat(renamed.path("before").path("name").stringValue()).isEqualTo(name);
        assertThat(renamed.path("after").path("name").stringValue()).isEqualTo(name + "-new");
        assertThat(log.path(2).path("before").isNull()).isTrue();
        assertThat(log.toString())
                .doesNotContain(created.path("key").stringValue().substring(12));
    }

    @Test
    void alertsDeletionsAndRebuildsAreLoggedAndChannelsWithoutTheirAddress() {
        String run = UUID.randomUUID().toString();
        admin("mutation ($id: UUID!) { deleteRun(id: $id) { deleted } }", Map.of("id", run))
                .data("deleteRun");
        admin("mutation ($id: UUID!) { restoreRun(id: $id) { restored } }", Map.of("id", run))
                .data("restoreRun");
        assertThat(actions(run)).containsExactly("restoreRun", "deleteRun");

        JsonNode rule = admin("""
                        mutation ($name: String!) { createAlertRule(rule: {name: $name, kind: CONSECUTIVE,
                          metric: OVERALL_SUCCESS_RATE, threshold: 0.5, runs: 3}) { id } }
                        """, Map.of("name", name)).data("createAlertRule");
        String id = rule.path("id").stringValue();
        admin("mutation ($id: UUID!) { deleteAlertRule(id: $id) { deleted } }", Map.of("id", id))
                .data("deleteAlertRule");
        JsonNode log = admin(LOG, Map.of("filter", Map.of("subject", id)))
                .data("auditLog")
                .path("nodes");
        assertThat(actions(id)).containsExactly("deleteAlertRule", "createAlertRule");
        assertThat(log.path(0).path("before").path("name").stringValue()).isEqualTo(name);

        admin("mutation { rebuildRollups { id } }", Map.of()).data("rebuildRollups");
        assertThat(admin(LOG, Map.of("filter", Map.of("action", "rebuildRollups"), "first", 1))
                        .data("auditLog")
                        .path("nodes"))
                .hasSize(1);
    }

    @Test
    void refusedKeysAreLoggedTogetherAndWithoutTheKeys() {
        long before = refused();
        for (int i = 0; i < 5; i++) {
            as("a-wrong-key-" + name, READ, Map.of());
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> refused() >= before + 5);

        assertThat(jdbc.sql("SELECT count(*) FROM audit_entry WHERE strpos(audit_entry::text, :key) > 0")
                        .param("key", name)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void theDatabaseRefusesToChangeTheAuditLog() {
        admin(CREATE, Map.of("name", name, "role", "ANALYST")).data("createServiceKey");

        for (String change : new String[] {
            "UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"
        }) {
            assertThatThrownBy(() -> jdbc.sql(change).update()).hasMessageContaining("append-only");
        }
    }

    @Test
    void theAuditLogGoesPageByPage() {
        String id = UUID.randomUUID().toString();
        for (int i = 0; i < 3; i++) {
            admin(REVOKE, Map.of("id", id));
        }
        JsonNode first =
                admin(LOG, Map.of("filter", Map.of("subject", id), "first", 2)).data("auditLog");
        assertThat(first.path("nodes")).hasSize(2);
        assertThat(first.path("pageInfo").path("hasNextPage").booleanValue()).isTrue();
        JsonNode second = admin(
                        LOG,
                        Map.of(
                                "filter", Map.of("subject", id),
                                "first", 2,
                                "after",
                                        first.path("pageInfo").path("endCursor").stringValue()))
                .data("auditLog");
        assertThat(second.path("nodes")).hasSize(1);
        assertThat(second.path("pageInfo").path("hasNextPage").booleanValue()).isFalse();
    }

    private List<String> actions(String subject) {
        return admin(LOG, Map.of("filter", Map.of("subject", subject)))
                .data("auditLog")
                .path("nodes")
                .valueStream()
                .map(entry -> entry.path("action").stringValue())
                .toList();
    }

    private long refused() {
        return jdbc.sql(
                        "SELECT coalesce(sum((details ->> 'count')::bigint), 0) FROM audit_entry WHERE action = 'keyRefused'")
                .query(Long.class)
                .single();
    }

    private Answer admin(String document, Map<String, ?> variables) {
        return as(TestKeys.ADMIN, document, variables);
    }

    private Answer as(String key, String document, Map<String, ?> variables) {
        return client.post(
                GraphQlClient.JSON.writeValueAsString(Map.of("query", document, "variables", variables)),
                "X-Service-Key",
                key);
    }
}
