package dev.runledger.reporter;

import dev.runledger.reporter.spool.Spool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The file that says that a run goes on, and whose it is. */
sealed interface OpenFile {

    /** Whether somebody else has reported the end of the run. */
    default boolean isEndedByOther() {
        return false;
    }

    /** Whether another end of the run is better than this process's. */
    default boolean givesWay() {
        return false;
    }

    /** The completion is safe. */
    void remove() throws IOException;

    /** The completion could not be written, and is about to be tried directly. */
    default void removeUnkept() throws IOException {
        remove();
    }

    /** Of a run that this process has started, or taken over from a process that has ended. */
    record Own(@Nullable Spool spool, UUID runId) implements OpenFile {
        @Override
        public void remove() throws IOException {
            if (spool != null) {
                spool.openRuns().close(runId);
            }
        }
    }

    /** Of a run whose pipeline is another process, which may report the end itself, and knows more. */
    record Around(
            @Nullable Spool spool, UUID runId, @Nullable Path path) implements OpenFile {
        @Override
        public boolean isEndedByOther() {
            // A spool that is gone as a whole says nothing.
            return path != null && !Files.exists(path) && Files.isDirectory(path.getParent());
        }

        @Override
        public boolean givesWay() {
            return true;
        }

        @Override
        public void remove() throws IOException {
            new Own(spool, runId).remove();
        }
    }

    /** Held by the wrapper around this process. */
    record Enclosing(@Nullable Spool spool, EnclosingRun run) implements OpenFile {
        @Override
        public void remove() throws IOException {
            new Own(spool, run.id()).remove();
            run.end();
        }

        /** Then the wrapper says at least how the process ended. */
        @Override
        public void removeUnkept() {}
    }
}
