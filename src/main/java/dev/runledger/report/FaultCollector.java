package dev.runledger.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gathers all faults of one report, each at its place in it, and what it is taken with a warning for. Of one kind a field has
 * one warning, however many places there are.
 */
final class FaultCollector {

    private final Findings findings;
    private final @Nullable FaultCollector parent;
    private final String name;

    FaultCollector() {
        this(new Findings(new ArrayList<>(), new LinkedHashMap<>()), null, "");
    }

    private FaultCollector(Findings findings, @Nullable FaultCollector parent, String name) {
        this.findings = findings;
        this.parent = parent;
        this.name = name;
    }

    private record Findings(List<Fault> faults, Map<Kind, Warned> warnings) {}

    private record Kind(String field, String type) {}

    /** The first place of a kind of warning, and how many others there are. */
    private record Warned(String message, int others) {

        Warned and(Warned other) {
            return new Warned(message, others + 1 + other.others);
        }
    }

    /** The same collection, one step deeper. */
    FaultCollector at(String name) {
        return new FaultCollector(findings, this, name);
    }

    /** Notes a fault at this place. Returns null, the value of what is faulty. */
    <T> @Nullable T add(String type, String message) {
        findings.faults().add(new Fault(path(), type, message));
        return null;
    }

    /** Notes at this place what the report is taken in spite of; the message goes on after the place's name. */
    void warn(String type, String message) {
        List<String> path = path();
        findings.warnings()
                .merge(new Kind(path.get(0), type), new Warned(String.join(".", path) + " " + message, 0), Warned::and);
    }

    /** Put together only where there is something to say. */
    private List<String> path() {
        if (parent == null) {
            return List.of();
        }
        List<String> path = new ArrayList<>(parent.path());
        path.add(StorableText.of(name));
        return List.copyOf(path);
    }

    int size() {
        return findings.faults().size();
    }

    List<Fault> faults() {
        return findings.faults();
    }

    List<ReportWarning> warnings() {
        return findings.warnings().entrySet().stream()
                .map(warning -> new ReportWarning(
                        warning.getKey().field(),
                        warning.getKey().type(),
                        warning.getValue().others() == 0
                                ? warning.getValue().message()
                                : "%s; and so in %d other places"
                                        .formatted(
                                                warning.getValue().message(),
                                                warning.getValue().others())))
                .toList();
    }
}
