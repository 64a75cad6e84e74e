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
import org.springframework.core.NestedExceptionUtils;

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
                                        "RUNLEDGER_KEYS_WRITER, RUNLEDGER_KEYS_REPORTER, RUNLEDGER_KEYS_VIEWER",
                                        "RUNLEDGER_KEYS_ADMIN")));
    }

    @Test
    void whereAdministratorsSignInNoKeyIsNeededAtTheStart() {
        contexts.withPropertyValues("runledger.oidc.issuer=https://issuer.example")
                .run(context ->
                        assertThat(context.getBean(ServiceKeys.class).summary()).isEmpty());
    }

    @Test
    void blankKeysAreNone() {
        contexts.withPropertyValues("runledger.keys.reporter= , ,", "runledger.keys.admin=")
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void keysAreSeparatedByCommas() {
        contexts.withPropertyValues("runledger.keys.reporter=the-first-of-two-keys, the-second-of-two-keys,")
                .run(context -> {
                    assertThat(roleOf("the-first-of-two-keys", context.getBean(ServiceKeys.class)))
                            .isEqualTo(Role.REPORTER);
                    assertThat(roleOf("the-second-of-two-keys", context.getBean(ServiceKeys.class)))
                            .isEqualTo(Role.REPORTER);
                });
    }

    @Test
    void onAnotherDatabaseAShortKeyIsRefusedByTheNameOfItsVariable() {
        contexts.withPropertyValues(
                        "runledger.keys.writer=" + "k".repeat(20),
                        "runledger.keys.reporter=" + "r".repeat(20) + "," + "s".repeat(19))
                .run(context -> assertThat(refusal(context.getStartupFailure()))
                        .contains("RUNLEDGER_KEYS_REPORTER", "20 characters")
                        .doesNotContain("RUNLEDGER_KEYS_WRITER", "sss"));
    }

    @Test
    void oneKeyInTwoRolesIsRefusedByTheNamesOfTheVariables() {
        contexts.withPropertyValues("runledger.keys.writer=" + "k".repeat(20), "runledger.keys.admin=" + "k".repeat(20))
                .run(context -> assertThat(refusal(context.getStartupFailure()))
                        .contains("RUNLEDGER_KEYS_WRITER", "RUNLEDGER_KEYS_ADMIN")
                        .doesNotContain("kkk"));
    }

    private static String refusal(Throwable failure) {
        return ((FailureAnalyzedException) NestedExceptionUtils.getMostSpecificCause(failure))
                .analysis()
                .getDescription();
    }

    @Test
    void theServersOwnKeysAreMadeOnceAndForItsOwnerAlone() throws Exception {
        List<List<String>> seen = new ArrayList<>();
        List<Boolean> made = new ArrayList<>();
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
                    made.add(file.isNew());
                });
            }
        }

        assertThat(made).containsExactly(true, false);
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
        return (Role) keys.find(key).getPrincipal();
    }
}
