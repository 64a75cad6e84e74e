package dev.runledger.run;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gathers all faults of one report, each at its place in it. */
final class FaultCollector {

    private final List<Fault> faults;
    private final List<String> path;

    FaultCollector() {
        this(new ArrayList<>(), List.of());
    }

    private FaultCollector(List<Fault> faults, List<String> path) {
        this.faults = faults;
        this.path = path;
    }

    /** The same collection, one step deeper. */
    FaultCollector at(String name) {
        return new FaultCollector(
                faults, Stream.concat(path.stream(), Stream.of(name)).toList());
    }

    /** Notes a fault at this place. Returns null, the value of what is faulty. */
    <T> @Nullable T add(String type, String message) {
        faults.add(new Fault(path, type, message));
        return null;
    }

    int size() {
        return faults.size();
    }

    List<Fault> faults() {
        return faults;
    }
}
