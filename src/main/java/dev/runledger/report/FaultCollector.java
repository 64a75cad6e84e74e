package dev.runledger.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers all faults of one report, each at its place in it. */
final class FaultCollector {

    private final List<Fault> faults;
    private final @Nullable FaultCollector parent;
    private final String name;

    FaultCollector() {
        this(new ArrayList<>(), null, "");
    }

    private FaultCollector(List<Fault> faults, @Nullable FaultCollector parent, String name) {
        this.faults = faults;
        this.parent = parent;
        this.name = name;
    }

    /** The same collection, one step deeper. */
    FaultCollector at(String name) {
        return new FaultCollector(faults, this, name);
    }

    /** Notes a fault at this place. Returns null, the value of what is faulty. */
    <T> @Nullable T add(String type, String message) {
        faults.add(new Fault(path(), type, message));
        return null;
    }

    /** Put together only where there is a fault. */
    private List<String> path() {
        if (parent == null) {
            return List.of();
        }
        List<String> path = new ArrayList<>(parent.path());
        path.add(name);
        return List.copyOf(path);
    }

    int size() {
        return faults.size();
    }

    List<Fault> faults() {
        return faults;
    }
}
