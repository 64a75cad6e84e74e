package dev.runledger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runledger.RunledgerApplication;
import dev.runledger.TestKeys;
import dev.runledger.rollup.Rollups;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** As docs/operations.md says it: a dump by PostgreSQL's own programs, restored into an empty database. */
class BackupTests {

    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final String AGGREGATES = """
            {"query": "{ summary { runs { total } arbiterScore { mean min max runs } approvalRate }\
             providers { provider approvalRate attributedApprovalRate } errorCategories { key failedRuns }\
             runs(first: 100) { totalCount nodes { id status startedAt environment questionsApproved totalErrors } } }"}""";

    @TempDir
    Path directory;

    @Test
    void aDumpRestoredIntoAnEmptyDatabaseGivesIdenticalAggregates() throws Exception {
        Optional<Path> home = newestInstalled();
        assumeTrue(home.isPresent(), "No PostgreSQL with pg_dump is in " + INSTALLED + ": a restore is not tried");
        PostgresPrograms programs = new PostgresPrograms(home.get());
        int port = freePort();
        Path cluster = directory.resolve("cluster");
        programs.run(
                "initdb", List.of("--pgdata=" + cluster, "--username=runledger", "--auth=trust", "--encoding=UTF8"));
        programs.run(
                "pg_ctl",
                List.of(
                        "start",
                        "--wait",
                        "--pgdata=" + cluster,
                        "--log=" + directory.resolve("log"),
                        "--options=-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=".formatted(port)));
        try {
            List<String> server = List.of("--host=127.0.0.1", "--port=" + port, "--username=runledger");
            Path dump = directory.resolve("runledger.dump");
            String before;
            try (ConfigurableApplicationContext context = start(port, "postgres")) {
                record(context);
                before = ask(context);
                assertThat(before).contains("\"total\":60").doesNotContain("errors\":[");

                programs.run("pg_dump", concat(server, "--format=custom", "--file=" + dump, "postgres"));
                // What is reported after the dump is not in it.
                record(context, "late", 1_000);
                assertThat(ask(context)).isNotEqualTo(before);
            }
            programs.run("createdb", concat(server, "restored"));
            programs.run(
                    "pg_restore",
                    concat(server, "--exit-on-error", "--single-transaction", "--dbname=restored", dump.toString()));

            try (ConfigurableApplicationContext context = start(port, "restored")) {
                assertThat(ask(context)).isEqualTo(before);
                assertThat(context.getBean(Rollups.class).auditAll().repairedCells())
                        .isZero();
                record(context, "late", 1_000);
                assertThat(ask(context)).contains("\"total\":61");
            }
        } finally {
            programs.run("pg_ctl", List.of("stop", "--wait", "--mode=fast", "--pgdata=" + cluster));
        }
    }

    private static Optional<Path> newestInstalled() throws IOException {
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.filter(version -> Files.isExecutable(version.resolve("bin/pg_dump"))
                            && Files.isExecutable(version.resolve("bin/initdb")))
                    .max(Comparator.comparingInt(
                            version -> Integer.parseInt(version.getFileName().toString())));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static ConfigurableApplicationContext start(int port, String database) {
        return new SpringApplicationBuilder(RunledgerApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database),
                        "--spring.datasource.username=runledger",
                        "--spring.datasource.password=",
                        "--runledger.keys.reporter=" + TestKeys.REPORTER,
                        "--runledger.keys.analyst=" + TestKeys.ANALYST,
                        "--runledger.keys.admin=" + TestKeys.ADMIN);
    }

    private static void record(ConfigurableApplicationContext context) throws Exception {
        for (int i = 0; i < 60; i++) {
            record(context, "run-" + i, i);
        }
    }

    private static void record(ConfigurableApplicationContext context, String id, int i) throws Exception {
        Instant start = Instant.parse("2026-10-01T00:00:00Z").plus(i * 17L, ChronoUnit.HOURS);
        String report = """
                {"client_run_id": "%s", "started_at": "%s", "completed_at": "%s", "status": "%s", "questions_requested": 50,
                 "questions_generated": 48, "questions_evaluated": 48, "questions_approved": %d, "questions_rejected": %d,
                 "avg_arbiter_score": 0.%d, "environment": "%s", "total_errors": %d, "prompt_version": "v%d",
                 "provider_metrics": {"openai": {"generated": 40, "api_calls": 50, "failures": 2}},
                 "error_summary": {"by_category": {"rate_limit": %d}}}
                """.formatted(
                        id,
                        start,
                        start.plusSeconds(600 + i),
                        i % 7 == 0 ? "failed" : "success",
                        30 + i % 18,
                        18 - i % 18,
                        50 + i % 40,
                        i % 3 == 0 ? "staging" : "production",
                        i % 5,
                        i % 4,
                        i % 5);
        assertThat(send(context, "/v1/admin/generation-runs", TestKeys.REPORTER, report))
                .contains("recorded");
    }

    private static String ask(ConfigurableApplicationContext context) throws Exception {
        return send(context, "/graphql", TestKeys.ANALYST, AGGREGATES);
    }

    private static String send(ConfigurableApplicationContext context, String path, String key, String body)
            throws Exception {
        int port = ((WebServerApplicationContext) context).getWebServer().getPort();
        return HTTP.send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .header("Content-Type", "application/json")
                                .header("X-Service-Key", key)
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private static List<String> concat(List<String> first, String... more) {
        return Stream.concat(first.stream(), Stream.of(more)).toList();
    }
}
