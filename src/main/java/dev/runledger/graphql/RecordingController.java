package dev.runledger.graphql;

import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.ledger.Recorded;
import dev.runledger.ledger.Run;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportField;
import dev.runledger.report.ReportReader;
import dev.runledger.report.ReportWarning;
import dev.runledger.report.RunStatus;
import dev.runledger.search.Runs;
import graphql.schema.DataFetchingFieldSelectionSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.stereotype.Controller;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Answers {@code recording.graphqls}: hands reports to the ledger as the REST contract would spell them. */
@Controller
class RecordingController {

    private final ReportReader reader;
    private final RunLedger ledger;
    private final Runs runs;
    private final JsonMapper json;

    RecordingController(ReportReader reader, RunLedger ledger, Runs runs, JsonMapper json) {
        this.reader = reader;
        this.ledger = ledger;
        this.runs = runs;
        this.json = json;
    }

    record RecordRunPayload(Recorded.Outcome outcome, Run run, List<ReportWarning> warnings) {}

    @MutationMapping
    @PreAuthorize("hasAuthority('runs:record')")
    RecordRunPayload recordRunStart(
            @Argument Map<String, Object> input, Authentication caller, DataFetchingFieldSelectionSet selection) {
        RecordRunPayload payload = record(input, RunStatus.RUNNING);
        boolean ended = payload.run().getStatus().isFinal();
        if (ended && !mayRead(caller) && selectsMoreThanStatus(selection)) {
            throw RequestFailure.forbidden("The run has ended already: this key may select its id and status only");
        }
        return payload;
    }

    /** Whoever may only record could otherwise read any run by claiming to start it. */
    private static boolean selectsMoreThanStatus(DataFetchingFieldSelectionSet selection) {
        return selection.getFields("run/*").stream()
                .anyMatch(field -> !Set.of("id", "status", "__typename").contains(field.getName()));
    }

    private static boolean mayRead(Authentication caller) {
        return AuthorityUtils.authorityListToSet(caller.getAuthorities()).contains("runs:read");
    }

    @MutationMapping
    @PreAuthorize("hasAuthority('runs:record')")
    RecordRunPayload recordRunCompletion(@Argument Map<String, Object> input) {
        return record(input, RunStatus.valueOf(input.get("status").toString()));
    }

    record DeleteRunPayload(boolean deleted) {}

    @MutationMapping
    @PreAuthorize("hasAuthority('runs:administer')")
    DeleteRunPayload deleteRun(@Argument UUID id) {
        return new DeleteRunPayload(ledger.delete(id));
    }

    private RecordRunPayload record(Map<String, Object> input, RunStatus status) {
        Recorded recorded = ledger.record(reader.read(report(input, status)), null);
        Run run = Objects.requireNonNull(runs.find(recorded.id()), "recorded a moment ago");
        return new RecordRunPayload(recorded.outcome(), run, recorded.warnings());
    }

    private ObjectNode report(Map<String, Object> input, RunStatus status) {
        ObjectNode report = json.createObjectNode();
        report.set("id", json.valueToTree(input.get("id")));
        for (ReportField field : ReportField.values()) {
            report.set(field.column(), json.valueToTree(input.get(field.attribute())));
        }
        return report.put(ReportField.STATUS.column(), status.code());
    }
}
