package dev.runledger.reporter.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * Commands as a terminal starts them, ignoring no signal. Whatever the tests were started by may ignore some, which is handed down:
 * {@code nohup}, or a shell in the background.
 */
public final class Foreground {

    private static final List<String> IGNORING_NOTHING = List.of(
            "perl", "-e", "$SIG{$_} = 'DEFAULT' for grep { !/^(NUM|RT|KILL|STOP|CHLD|CLD)/ } keys %SIG; exec @ARGV");

    private Foreground() {}

    public static List<String> of(List<String> command) {
        List<String> whole = new ArrayList<>(IGNORING_NOTHING);
        whole.addAll(command);
        return whole;
    }
}
