package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.testing.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What the README says to a Java shop, done by an empty Maven project with an empty local repository. */
class DependencyIT {

    private static final String VERSION = System.getProperty("runledger.reporter.version", "");
    private static final String NAME = "runledger-reporter-" + VERSION;

    /** This build's own artifacts stand in for Central, so that no network is needed. */
    private static final String SETTINGS = """
            <settings>
                <mirrors>
                    <mirror><id>resolved</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>
                </mirrors>
            </settings>
            """;

    private static final String PROJECT = """
            <project>
                <modelVersion>4.0.0</modelVersion>
                <groupId>example</groupId>
                <artifactId>nightly</artifactId>
                <version>1</version>
                <properties>
                    <maven.compiler.release>17</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                </properties>
                <dependencies>
            %s
                </dependencies>
                <build>
                    <plugins>
                        <plugin><artifactId>maven-resources-plugin</artifactId><version>3.5.0</version></plugin>
                        <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.15.0</version></plugin>
                    </plugins>
                </build>
            </project>
            """;

    @TempDir
    Path folder;

    @Test
    void anEmptyMavenProjectUsesTheLibraryAsTheReadmeSays() throws Exception {
        Path repository = folder.resolve("repository");
        Path installed = install(repository);
        Path project = Files.createDirectories(folder.resolve("project"));
        Path sources = Files.createDirectories(project.resolve("src/main/java"));
        Files.writeString(sources.resolve("NightlyRun.java"), fromReadme("java"));
        String dependency = fromReadme("xml");
        assertThat(dependency).contains("<version>" + VERSION + "</version>");
        Files.writeString(project.resolve("pom.xml"), PROJECT.formatted(dependency));
        Path settings = Files.writeString(
                folder.resolve("settings.xml"),
                SETTINGS.formatted(Path.of(System.getProperty("runledger.maven.repository"))
                        .toUri()));

        run(
                project,
                null,
                Path.of(System.getProperty("runledger.maven.home"), "bin", "mvn")
                        .toString(),
                "-B",
                "-s",
                settings.toString(),
                "-Dmaven.repo.local=" + repository,
                "compile");
        try (Ledger ledger = new Ledger()) {
            run(
                    project,
                    ledger,
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    project.resolve("target/classes") + ":" + installed,
                    "NightlyRun");
            ObjectNode reported = ledger.runs().values().iterator().next();
            assertThat(reported.get("status").asString()).isEqualTo("success");
            assertThat(reported.at("/provider_metrics/openai/approved").intValue())
                    .isEqualTo(40);
            assertThat(reported.at("/breakdowns/model/gpt-5.1/cost_usd").doubleValue())
                    .isEqualTo(0.2);
            assertThat(reported.at("/metrics/toxicity/of").intValue()).isEqualTo(48);
        }
    }

    /** What {@code mvn install} does. */
    private static Path install(Path repository) throws IOException {
        Path jar = Path.of(System.getProperty("runledger.reporter.jar"));
        Path place = Files.createDirectories(
                repository.resolve("dev/runledger/runledger-reporter").resolve(VERSION));
        Path pom = jar.getParent().getParent().resolve("dependency-reduced-pom.xml");
        Files.copy(pom, place.resolve(NAME + ".pom"));
        return Files.copy(jar, place.resolve(NAME + ".jar"));
    }

    private static String fromReadme(String language) throws IOException {
        Path readme = Path.of(System.getProperty("runledger.reporter.jar"))
                .getParent()
                .getParent()
                .resolve("README.md");
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(readme));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private void run(Path directory, Ledger ledger, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of(command))
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().keySet().removeAll(List.of("MAVEN_OPTS", "MAVEN_ARGS"));
        if (ledger != null) {
            builder.environment().put("BACKEND_API_URL", ledger.uri().toString());
            builder.environment().put("BACKEND_SERVICE_KEY", Ledger.KEY);
            builder.environment()
                    .put("RUNLEDGER_SPOOL_DIR", folder.resolve("spool").toString());
            builder.environment().put("RUNLEDGER_EXIT_WAIT_SECONDS", "30");
        }
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
    }
}
