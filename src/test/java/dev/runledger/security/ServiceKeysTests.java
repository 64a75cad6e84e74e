package dev.runledger.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.security.core.Authentication;

class ServiceKeysTests {

    private final ServiceKeys keys = new ServiceKeys(
            Map.of(Role.REPORTER, List.of("old", "new"), Role.ANALYST, List.of("reads"), Role.ADMIN, List.of("all")),
            null);

    @Test
    void bothKeysAreValidDuringARotation() {
        assertThat(authoritiesOf("old")).containsExactlyInAnyOrder("runs:read", "runs:export", "runs:record");
        assertThat(authoritiesOf("new")).containsExactlyInAnyOrder("runs:read", "runs:export", "runs:record");
    }

    @Test
    void aWriterRecordsAndNoMore() {
        ServiceKeys ofWriter = new ServiceKeys(Map.of(Role.WRITER, List.of("writes")), null);

        assertThat(ofWriter.find("writes").getAuthorities())
                .extracting(Object::toString)
                .containsExactly("runs:record");
    }

    @Test
    void anAnalystReadsAndAnAdminDoesAll() {
        assertThat(authoritiesOf("reads")).containsExactly("runs:read", "runs:export");
        assertThat(authoritiesOf("all"))
                .containsExactlyInAnyOrder(
                        "runs:read",
                        "runs:export",
                        "runs:record",
                        "alerts:acknowledge",
                        "runs:administer",
                        "metrics:read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Old", "ol", "old ", "old,new"})
    void nothingButTheWholeKeyWillDo(String key) {
        assertThat(keys.find(key)).isNull();
    }

    @Test
    void whoeverHasBeenLetInCarriesNoKey() {
        assertThat(authenticate("old").toString()).doesNotContain("old");
        assertThat(authenticate("old").getCredentials()).isEqualTo("");
    }

    @Test
    void oneKeyForTwoRolesIsRefusedWithoutNamingIt() {
        Map<Role, List<String>> ambiguous =
                Map.of(Role.REPORTER, List.of("twice"), Role.ADMIN, List.of("once", "twice"));

        assertThatThrownBy(() -> new ServiceKeys(ambiguous, null))
                .isInstanceOf(FailureAnalyzedException.class)
                .hasMessageContaining("RUNLEDGER_KEYS_REPORTER")
                .hasMessageContaining("RUNLEDGER_KEYS_ADMIN")
                .hasMessageNotContaining("twice");
    }

    private List<String> authoritiesOf(String key) {
        return authenticate(key).getAuthorities().stream()
                .map(authority -> authority.getAuthority())
                .toList();
    }

    private Authentication authenticate(String key) {
        return keys.find(key);
    }
}
