package dev.runledger.graphql.errors;

import static java.util.stream.Collectors.joining;

import dev.runledger.report.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reports all faults of a report in one error, each with its place in the input. */
final class ReportFaults {

    private static final int FAULTS_IN_MESSAGE = 3;

    private ReportFaults() {}

    static CodedError error(List<Fault> faults) {
        String first = faults.stream()
                .limit(FAULTS_IN_MESSAGE)
                .map(fault -> String.join(".", inputPath(fault)) + ": " + fault.message())
                .collect(joining("; "));
        int more = faults.size() - FAULTS_IN_MESSAGE;
        return ErrorCode.BAD_REQUEST.error(
                more > 0 ? "%s; and %d more, see faults".formatted(first, more) : first,
                Map.of("faults", faults.stream().map(ReportFaults::entry).toList()));
    }

    private static Map<String, Object> entry(Fault fault) {
        return Map.of("path", inputPath(fault), "type", fault.type(), "message", fault.message());
    }

    private static List<String> inputPath(Fault fault) {
        List<String> path = new ArrayList<>(fault.path());
        if (!path.isEmpty()) {
            path.set(0, ContractNames.inSchema(path.get(0)));
        }
        path.add(0, "input");
        return path;
    }
}
