package dev.runledger.database;

import java.nio.file.Path;

/** Lets the tests of other modules claim a data directory, which in a server only the database module does. */
public final class DataDirectories {

    private DataDirectories() {}

    public static DataDirectory claim(Path path) {
        return DataDirectory.claim(path);
    }
}
