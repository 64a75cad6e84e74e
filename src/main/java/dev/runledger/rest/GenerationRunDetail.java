package dev.runledger.rest;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import dev.runledger.ledger.Run;
import dev.runledger.metric.PipelineLoss;
import dev.runledger.report.ReportField;
import dev.runledger.report.RunStatus;
import dev.runledger.rest.GenerationRunRecorded.Warning;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.PropertyAccessor;
import org.springframework.beans.PropertyAccessorFactory;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * All that the ledger holds of a run, and where its questions went.
 *
 * @param reported the fields of its report, by their names in the contract
 */
@JsonNaming(SnakeCaseStrategy.class)
record GenerationRunDetail(
        UUID id,
        @JsonAnyGetter Map<String, @Nullable Object> reported,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt,
        @Nullable OffsetDateTime stuckAt,
        boolean recovered,
        List<Warning> warnings,
        Map<String, @Nullable Number> pipelineLosses) {

    /** A client of the plan's contract sees nothing that it does not know. */
    private static final Set<ReportField> LEFT_OUT_IF_NULL = EnumSet.of(ReportField.METRICS, ReportField.BREAKDOWNS);

    static GenerationRunDetail of(Run run) {
        return new GenerationRunDetail(
                run.getId(),
                reported(run),
                run.getCreatedAt(),
                run.getUpdatedAt(),
                run.getStuckAt(),
                run.isRecovered(),
                Warning.of(run.getWarnings()),
                pipelineLosses(run));
    }

    private static Map<String, @Nullable Object> reported(Run run) {
        PropertyAccessor attributes = PropertyAccessorFactory.forBeanPropertyAccess(run);
        var reported = new LinkedHashMap<String, @Nullable Object>();
        for (ReportField field : ReportField.values()) {
            Object value = attributes.getPropertyValue(field.attribute());
            if (value != null || !LEFT_OUT_IF_NULL.contains(field)) {
                reported.put(field.column(), value instanceof RunStatus status ? status.code() : value);
            }
        }
        return reported;
    }

    private static Map<String, @Nullable Number> pipelineLosses(Run run) {
        var losses = new LinkedHashMap<String, @Nullable Number>();
        for (PipelineLoss loss : PipelineLoss.of(run::count)) {
            String name = loss.stage().name().toLowerCase(Locale.ROOT) + "_loss";
            losses.put(name, loss.lost());
            if (loss.stage() != PipelineLoss.Stage.TOTAL) {
                losses.put(name + "_pct", Rounding.round(percent(loss.share()), 2));
            }
        }
        return losses;
    }

    private static @Nullable Double percent(@Nullable Double share) {
        return share == null ? null : (Double) (share * 100);
    }
}
