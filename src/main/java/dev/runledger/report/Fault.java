package dev.runledger.report;

import java.util.List;

/**
 * One thing that is wrong with what somebody sent.
 *
 * @param path the names that lead to it, as the REST contract spells them: {@code provider_metrics, openai, generated}
 * @param type a short stable name of the kind of fault: {@code missing}, {@code greater_than_equal}
 * @param message what was found and what was expected, fit for the sender's eyes
 */
public record Fault(List<String> path, String type, String message) {

    public Fault {
        path = List.copyOf(path);
    }
}
