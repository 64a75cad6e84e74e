package dev.runledger.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a release consists of, see {@code .ci/release}. */
class ReleaseTests {

    private static final List<String> SHIPPED_PACKAGES =
            List.of("react", "react-dom", "echarts", "graphiql", "graphql");

    @TempDir
    Path folder;

    @Test
    void everythingHasTheVersionOfTheServer() throws IOException {
        String version = found("pom.xml", "<artifactId>runledger</artifactId>\\s*<version>(.*?)</version>");

        assertThat(found(
                        "reporter-client/pom.xml",
                        "<artifactId>runledger-reporter</artifactId>\\s*<version>(.*?)</version>"))
                .isEqualTo(version);
        assertThat(found(
                        "reporter-client/README.md",
                        "<artifactId>runledger-reporter</artifactId>\\s*<version>(.*?)</version>"))
                .isEqualTo(version);
        assertThat(found("reporter-client/python/runledger_reporter.py", "__version__ = \"(.*?)\""))
                .isEqualTo(version);
        assertThat(found("CHANGELOG.md", "(?m)^## (\\d.*)$")).isEqualTo(version);
        assertThat(found("docs/schema-changelog.md", "(?m)^## (\\d.*)$")).isEqualTo(version);
        assertThat(Path.of("src/test/resources/schemas", version + ".graphqls")).exists();
    }

    /** Without a date of its own each build would have another one in its files, and other bytes. */
    @Test
    void everyJarHasTheSameDateWheneverItIsMade() throws IOException {
        String date = "<project.build.outputTimestamp>(.*?)</project.build.outputTimestamp>";

        assertThat(found("reporter-client/pom.xml", date)).isEqualTo(found("pom.xml", date));
    }

    @Test
    void thePagesSayWhatTheyConsistOf() throws IOException {
        ClassPathResource bom = new ClassPathResource("META-INF/sbom/dashboards.cdx.json");
        assumeTrue(bom.exists(), "Built with -DskipDashboards");
        JsonNode components =
                JsonMapper.shared().readTree(bom.getContentAsByteArray()).path("components");

        assertThat(StreamSupport.stream(components.spliterator(), false)
                        .map(component -> component.path("name").stringValue()))
                .containsAll(SHIPPED_PACKAGES)
                .doesNotContain("vite", "typescript");
        assertThat(components).allSatisfy(component -> {
            assertThat(component.path("purl").stringValue()).startsWith("pkg:npm/");
            assertThat(component.path("licenses")).as(component.toString()).isNotEmpty();
        });
    }

    @Test
    void aReleaseIsSignedByOneCommandAndAChangedFileIsNoticed() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/ssh-keygen")), "There is no ssh-keygen: signing is not tried");
        Path release = Files.createDirectory(folder.resolve("release"));
        Path jar = Files.writeString(release.resolve("runledger.jar"), "server");
        Path key = folder.resolve("key");
        assertThat(run(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()))
                .isZero();
        Files.writeString(folder.resolve("signers"), "runledger " + Files.readString(Path.of(key + ".pub")));

        assertThat(run(Path.of("."), ".ci/sign", release.toString(), key.toString()))
                .isZero();
        assertThat(verify(release)).isZero();
        assertThat(run(release, "sha256sum", "--check", "SHA256SUMS")).isZero();

        Files.writeString(jar, "another");
        assertThat(run(release, "sha256sum", "--check", "SHA256SUMS")).isNotZero();
        Files.writeString(release.resolve("SHA256SUMS"), "0000  runledger.jar\n");
        assertThat(verify(release)).isNotZero();
    }

    private int verify(Path release) throws Exception {
        return run(
                release,
                "sh",
                "-c",
                "ssh-keygen -Y verify -f %s -I runledger -n runledger-release -s SHA256SUMS.sig < SHA256SUMS"
                        .formatted(folder.resolve("signers")));
    }

    private static int run(Path directory, String... command) throws Exception {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .inheritIO()
                .start()
                .waitFor();
    }

    private static String found(String file, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
        assertThat(matcher.find()).as(file).isTrue();
        return matcher.group(1);
    }
}
