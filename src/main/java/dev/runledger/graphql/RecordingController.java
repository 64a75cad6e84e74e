package dev.runledger.graphql;

import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.ledger.DeletedRuns;
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
    private final DeletedRuns deletedRuns;
    private final Runs runs;
    private final JsonMapper json;

    RecordingController(ReportReader reader, RunLedger ledger, DeletedRuns deletedRuns, Runs runs, JsonMapper json) {
        this.reader = reader;
        this.ledger = ledger;
        this.deletedRuns = deletedRuns;
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
        if ((ended || isDeleted(payload)) && !mayRead(caller) && selectsMoreThanStatus(selection)) {
            throw RequestFailure.forbidden("The run has ended already: this key may select its id and status only");
        }
        return payload;
    }

    private static boolean isDeleted(RecordRunPayload payload) {
        return payload.outcome() == Recorded.Outcome.DELETED;
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
    RecordRunPayload recordRunCompletion(
            @Argument Map<String, Object> input, Authentication caller, DataFetchingFieldSelectionSet selection) {
        RecordRunPayload payload =
                record(input, RunStatus.valueOf(input.get("status").toString()));
        if (isDeleted(payload) && !mayRead(caller) && selectsMoreThanStatus(selection)) {
            throw RequestFailure.forbidden("The run was deleted: this key may select its id and status only");
        }
        return payload;
    }

    private RecordRunPayload record(Map<String, Object> input, RunStatus status) {
        Recorded recorded = ledger.record(reader.read(report(input, status)), null);
        Run run = recorded.outcome() == Recorded.Outcome.DELETED
                ? deletedRuns.find(recorded.id())
                : runs.find(recorded.id());
        return new RecordRunPayload(
                recorded.outcome(), Objects.requireNonNull(run, "recorded a moment ago"), recorded.warnings());
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
