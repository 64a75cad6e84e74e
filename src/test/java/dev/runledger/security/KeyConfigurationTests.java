package dev.runledger.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.database.DataDirectories;
import dev.runledger.database.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;

class KeyConfigurationTests {

    @TempDir
    Path temporary;

    private final WebApplicationContextRunner contexts =
            new WebApplicationContextRunner().withUserConfiguration(KeyConfiguration.class);

    @Test
    void onAnotherDatabaseWithoutKeysTheServerRefusesAndSaysWhatToSet() {
        contexts.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOfSatisfying(
                        FailureAnalyzedException.class,
                        refusal -> assertThat(refusal.analysis().getAction())
                                .contains(
                                        "RUNLEDGER_KEYS_REPORTER", "RUNLEDGER_KEYS_ANALYST", "RUNLEDGER_KEYS_ADMIN")));
    }

    @Test
    void blankKeysAreNone() {
        contexts.withPropertyValues("runledger.keys.reporter= , ,", "runledger.keys.admin=")
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void keysAreSeparatedByCommas() {
        contexts.withPropertyValues("runledger.keys.reporter=one, two,").run(context -> {
            assertThat(roleOf("one", context.getBean(ServiceKeys.class))).isEqualTo(Role.REPORTER);
            assertThat(roleOf("two", context.getBean(ServiceKeys.class))).isEqualTo(Role.REPORTER);
        });
    }

    @Test
    void theServersOwnKeysAreMadeOnceAndForItsOwnerAlone() throws Exception {
        List<List<String>> seen = new ArrayList<>();
        for (int start = 1; start <= 2; start++) {
            try (DataDirectory directory = DataDirectories.claim(temporary)) {
                contexts.withBean(DataDirectory.class, () -> directory).run(context -> {
                    KeyFile file = context.getBean(ServiceKeys.class).file();
                    file.keys().forEach((role, keys) -> {
                        assertThat(keys).singleElement().asString().startsWith("rl_" + role.lowerCase() + "_");
                        assertThat(roleOf(keys.get(0), context.getBean(ServiceKeys.class)))
                                .isEqualTo(role);
                    });
                    seen.add(Files.readAllLines(file.path()));
                });
            }
        }

        assertThat(seen).hasSize(2);
        assertThat(seen.get(0)).isEqualTo(seen.get(1));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temporary.resolve("keys"))))
                .isEqualTo("rw-------");
    }

    @Test
    void configuredKeysReplaceTheServersOwn() throws Exception {
        try (DataDirectory directory = DataDirectories.claim(temporary)) {
            contexts.withBean(DataDirectory.class, () -> directory)
                    .withPropertyValues("runledger.keys.admin=mine")
                    .run(context -> assertThat(
                                    context.getBean(ServiceKeys.class).file())
                            .isNull());
        }
        assertThat(temporary.resolve("keys")).doesNotExist();
    }

    private static Role roleOf(String key, ServiceKeys keys) {
        return (Role) keys.authenticate(new PreAuthenticatedAuthenticationToken("", key))
                .getPrincipal();
    }
}
