package dev.runledger.reporter.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runledger.reporter.payload.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

class SpoolTests {

    private static final Instant NOW = Instant.parse("2026-11-23T09:20:31.123456Z");

    @TempDir
    Path folder;

    @Test
    void aReportComesBackAsItWasWritten() throws Exception {
        ObjectNode payload = Json.readSummary("""
                {"id": "0d4f6c1e-58a4-4a0f-8f0b-0a3f3c3f2b11", "rate": 0.034482758620689655, "score": 10.0, "zero": 0.0, "big": 9007199254740993,
                 "text": "räumlich \\u0000", "nothing": null}""");
        Report report = Report.of(Kind.COMPLETION, NOW, payload);

        Spool spool = spool();
        spool.queue().add(report);

        ReportName name = spool.queue().names().get(0);
        assertThat(spool.queue().read(name)).isEqualTo(report);
        assertThat(name.bytes()).isEqualTo(Files.size(file(name)));
        assertThat(Files.readString(file(name))).contains("\"score\":10.0", "\"rate\":0.034482758620689655");
    }

    @Test
    void onlyTheOwnerMayReadIt() throws Exception {
        Spool spool = spool();
        spool.queue().add(start());
        assertThat(permissions(folder.resolve("spool"))).isEqualTo("rwx------");
        assertThat(permissions(file(spool.queue().names().get(0)))).isEqualTo("rw-------");
    }

    @Test
    void reportsAreDeliveredInTheOrderInWhichTheyWereWrittenEvenIfTheClockGoesBack() throws Exception {
        Report first = start();
        Report second = completion();
        spool(NOW).queue().add(first);
        spool(NOW.minus(Duration.ofDays(1))).queue().add(second);

        assertThat(spool().queue().names())
                .extracting(ReportName::runId)
                .containsExactly(first.runId(), second.runId());
    }

    @Test
    void aNameIsWhatTheSpecificationSays() {
        String name = "01763889631123456-000007-completion-0d4f6c1e-58a4-4a0f-8f0b-0a3f3c3f2b11-1840.json";
        ReportName parsed = ReportName.parse(name);
        assertThat(parsed)
                .isEqualTo(new ReportName(
                        1763889631123456L,
                        7,
                        Kind.COMPLETION,
                        UUID.fromString("0d4f6c1e-58a4-4a0f-8f0b-0a3f3c3f2b11"),
                        1840))
                .hasToString(name);
        assertThat(ReportName.parse("a.json")).isNull();
    }

    @Test
    void whenFullAStartGivesWay() throws Exception {
        Spool spool = spool(new Bounds(2, 1 << 20));
        spool.queue().add(start());
        spool.queue().add(completion());

        assertThat(spool.queue().add(start())).isFalse();

        assertThat(spool.queue().names()).hasSize(2);
        assertThat(spool.dropped()).isEqualTo(new Dropped(1, 0, 0));
    }

    @Test
    void whenFullACompletionTakesThePlaceOfTheOldestStart() throws Exception {
        Spool spool = spool(new Bounds(3, 1 << 20));
        Report oldCompletion = completion();
        Report youngStart = start();
        Report newCompletion = completion();
        spool.queue().add(start());
        spool.queue().add(oldCompletion);
        spool.queue().add(youngStart);

        assertThat(spool.queue().add(newCompletion)).isTrue();

        assertThat(spool.queue().names())
                .extracting(ReportName::runId)
                .containsExactly(oldCompletion.runId(), youngStart.runId(), newCompletion.runId());
        assertThat(spool.dropped()).isEqualTo(new Dropped(1, 0, 0));
    }

    @Test
    void whenFullOfCompletionsWhatWasPromisedStays() throws Exception {
        Report promised = completion();
        Spool spool = spool(new Bounds(1, 1 << 20));
        spool.queue().add(promised);

        assertThat(spool.queue().add(completion())).isFalse();

        assertThat(spool.queue().names()).extracting(ReportName::runId).containsExactly(promised.runId());
        assertThat(spool.dropped()).as("its owner tries it directly").isEqualTo(Dropped.NONE);
    }

    @Test
    void theBytesAreBoundedToo() throws Exception {
        spool().queue().add(completion());
        long size = spool().queue().names().get(0).bytes();

        Spool full = spool(new Bounds(100, 2 * size - 1));
        assertThat(full.queue().add(completion())).isFalse();
        assertThat(spool(new Bounds(100, 2 * size)).queue().add(completion())).isTrue();
    }

    @Test
    void aHalfWrittenReportIsUnreadableAndNothingElse() throws Exception {
        Spool spool = spool();
        spool.queue().add(completion());
        ReportName name = spool.queue().names().get(0);
        byte[] whole = Files.readAllBytes(file(name));
        for (int length : List.of(0, 1, whole.length / 2, whole.length - 1)) {
            Files.write(file(name), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> spool.queue().read(name)).isInstanceOf(UnreadableReportException.class);
        }
    }

    @Test
    void aReportUnderTheNameOfAnotherIsUnreadable() throws Exception {
        Spool spool = spool();
        spool.queue().add(completion());
        ReportName name = spool.queue().names().get(0);
        ReportName other = new ReportName(name.micros(), name.sequence(), Kind.START, name.runId(), name.bytes());
        Files.move(file(name), file(other));
        assertThatThrownBy(() -> spool.queue().read(other)).hasMessageContaining("another report");
    }

    @Test
    void aReportOfANewerFormatIsLeftToNewerReporters() throws Exception {
        Spool spool = spool();
        spool.queue().add(completion());
        ReportName name = spool.queue().names().get(0);
        Files.writeString(file(name), "{\"format\": 2, \"kind\": \"something else\"}");
        assertThat(spool.queue().read(name)).isNull();
        assertThat(spool.queue().names()).containsExactly(name);
    }

    @Test
    void quarantineKeepsTheReasonAndGivesBackWhatAServerRefused() throws Exception {
        Spool spool = spool();
        spool.queue().add(completion());
        spool.queue().add(completion());
        ReportName refused = spool.queue().names().get(0);
        ReportName unreadable = spool.queue().names().get(1);
        spool.quarantine().add(refused, Reason.refused(401, StringNode.valueOf("Invalid service API key")));
        spool.quarantine().add(unreadable, Reason.unreadable("not JSON"));

        assertThat(spool.queue().names()).isEmpty();
        assertThat(spool.quarantine().contents())
                .containsEntry(refused.toString(), Reason.refused(401, StringNode.valueOf("Invalid service API key")))
                .containsEntry(unreadable.toString(), Reason.unreadable("not JSON"));

        assertThat(spool.quarantine().requeue()).isEqualTo(1);
        assertThat(spool.queue().names()).containsExactly(refused);
        assertThat(spool.quarantine().contents()).containsOnlyKeys(unreadable.toString());
    }

    @Test
    void aFullQuarantineDropsItsOldest() throws Exception {
        Spool spool = spool(new Bounds(2, 1 << 20));
        for (int i = 0; i < 3; i++) {
            spool.queue().add(completion());
            spool.quarantine()
                    .add(spool.queue().names().get(0), Reason.refused(422, StringNode.valueOf("number " + i)));
        }
        assertThat(spool.quarantine().contents().values())
                .extracting(reason -> reason.detail().asString())
                .containsExactly("number 1", "number 2");
        assertThat(spool.dropped()).isEqualTo(new Dropped(0, 0, 1));
    }

    @Test
    void tidyingPutsForeignFilesAsideAndRemovesWhatDiedHalfWritten() throws Exception {
        Spool spool = spool();
        Files.writeString(folder.resolve("spool/queue/notes.txt"), "not a report");
        Files.writeString(folder.resolve("spool/queue/.hidden"), "left alone");
        Path young = Files.writeString(folder.resolve("spool/tmp/1-young"), "{");
        Path old = Files.writeString(folder.resolve("spool/tmp/1-old"), "{");
        Files.setLastModifiedTime(young, FileTime.from(NOW.minus(Duration.ofMinutes(59))));
        Files.setLastModifiedTime(old, FileTime.from(NOW.minus(Duration.ofMinutes(61))));

        spool.tidy();

        assertThat(spool.quarantine().contents()).containsOnlyKeys("notes.txt");
        assertThat(folder.resolve("spool/queue/.hidden")).exists();
        assertThat(young).exists();
        assertThat(old).doesNotExist();
    }

    @Test
    void onlyOneMayDrainAtATime() throws Exception {
        try (SpoolLock first = spool().tryDrain()) {
            assertThat(first).isNotNull();
            assertThat(spool().tryDrain()).isNull();
        }
        try (SpoolLock next = spool().tryDrain()) {
            assertThat(next).isNotNull();
        }
    }

    @Test
    void anInterruptedPipelineStillKeepsItsReport() throws Exception {
        Spool spool = spool();
        Thread.currentThread().interrupt();
        boolean kept = spool.queue().add(completion());
        assertThat(Thread.interrupted())
                .as("the interrupt is still the pipeline's")
                .isTrue();
        assertThat(kept).isTrue();
        assertThat(spool.queue().names()).hasSize(1);
    }

    private Spool spool() throws Exception {
        return spool(NOW);
    }

    private Spool spool(Instant now) throws Exception {
        return Spool.open(folder.resolve("spool"), Bounds.DEFAULT, Clock.fixed(now, ZoneOffset.UTC));
    }

    private Spool spool(Bounds bounds) throws Exception {
        return Spool.open(folder.resolve("spool"), bounds, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private Path file(ReportName name) {
        return folder.resolve("spool/queue").resolve(name.toString());
    }

    @Test
    void foldersAndFilesAreForTheirOwnerAloneWhateverTheUmask() throws Exception {
        Path root = folder.resolve("a/b/spool");
        Spool spool = Spool.open(root, new Bounds(1, 1 << 20), Clock.systemUTC());
        spool.queue().add(completion());
        ReportName name = spool.queue().names().get(0);
        spool.retries().put(name, Retry.after(null, Instant.now(), attempts -> Duration.ZERO, true, false, "HTTP 500"));
        spool.queue().add(start());
        Report held = start();
        spool.openRuns().hold(held);
        spool.openRuns().watch(start(), Instant.now());
        try (SpoolLock right = spool.tryDrain()) {
            assertThat(right).isNotNull();
        }
        List<Path> all;
        try (Stream<Path> paths = Files.walk(folder.resolve("a"))) {
            all = paths.toList();
        }
        assertThat(all)
                .extracting(path -> path.getFileName().toString())
                .contains("drain.lock", "counters.lock", "dropped.json");
        assertThat(all)
                .allSatisfy(path -> assertThat(permissions(path))
                        .as("%s", path)
                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
        spool.openRuns().close(held.runId());
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static Report start() {
        return report(Kind.START, "running");
    }

    private static Report completion() {
        return report(Kind.COMPLETION, "success");
    }

    private static Report report(Kind kind, String status) {
        return Report.of(
                kind, NOW, Json.object().put("id", UUID.randomUUID().toString()).put("status", status));
    }
}
