package dev.runledger.graphql;

import dev.runledger.analytics.ChangeExplanations;
import dev.runledger.analytics.ChangeExplanations.ByDimension;
import dev.runledger.analytics.ChangeExplanations.Contribution;
import dev.runledger.analytics.ChangeExplanations.Explanation;
import dev.runledger.analytics.Quantities;
import dev.runledger.event.Event;
import dev.runledger.event.Events;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Unit;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ChangeDecomposition;
import dev.runledger.statistics.Comparison;
import dev.runledger.statistics.Difference;
import dev.runledger.statistics.Interval;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.stereotype.Controller;

/** Answers {@code explanation.graphqls}: what makes up the change of a metric. */
@Controller
class ExplanationController {

    private static final int MAX_CAUSES = 10;
    private static final int MAX_EVENTS = 10;

    private final ChangeExplanations explanations;
    private final Events events;
    private final AnalyticsArguments arguments;

    ExplanationController(ChangeExplanations explanations, Events events, AnalyticsArguments arguments) {
        this.events = events;
        this.explanations = explanations;
        this.arguments = arguments;
    }

    record ChangeReference(
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable String promptVersion) {}

    record ChangeExplanation(
            Metric metric,
            Unit unit,
            EstimateView before,
            EstimateView after,
            @Nullable Double change,
            @Nullable Interval interval,
            boolean significant,
            List<ChangePart> causes,
            RunFilter reference,
            RunFilter period,
            List<ChangeByDimension> dimensions,
            String words) {}

    record ChangeByDimension(Dimension dimension, List<ChangePart> parts) {}

    record ChangePart(
            Dimension dimension,
            @Nullable String key,
            ChangeDecomposition.Kind kind,
            double contribution,
            @Nullable Interval interval,
            double specific,
            double shareBefore,
            double shareAfter,
            @Nullable Double valueBefore,
            @Nullable Double valueAfter,
            String words) {

        static ChangePart of(Contribution contribution, Unit unit) {
            ChangeDecomposition.Part part = contribution.part();
            return new ChangePart(
                    contribution.dimension(),
                    part.key(),
                    part.kind(),
                    part.value(),
                    part.interval(),
                    part.specific(),
                    contribution.shareBefore(),
                    contribution.shareAfter(),
                    contribution.valueBefore(),
                    contribution.valueAfter(),
                    contribution.words(unit));
        }
    }

    @QueryMapping
    ChangeExplanation explainChange(
            @Argument("metric") Metric named,
            @Argument @Nullable RunFilterInput filter,
            @Argument @Nullable ChangeReference against,
            @Argument double confidence) {
        Metric metric = arguments.ofRuns("metric", named);
        AnalyticsArguments.confidence(confidence);
        RunFilter after = arguments.filter(filter);
        RunFilter reference = before(after, against);
        Explanation explanation = QueryRun.once(
                List.of("explainChange", reference, after, metric, confidence),
                () -> explanations.explain(metric, reference, after, confidence));
        Comparison comparison = explanation.comparison();
        Difference difference = comparison.rawDifference();
        Double before = comparison.baseline().ratio();
        Double now = comparison.candidate().ratio();
        Unit unit = metric.unit();
        List<ChangePart> causes = explanation.causes().stream()
                .limit(MAX_CAUSES)
                .map(cause -> ChangePart.of(cause, unit))
                .toList();
        return new ChangeExplanation(
                metric,
                unit,
                EstimateView.of(metric, comparison.baseline(), confidence),
                EstimateView.of(metric, comparison.candidate(), confidence),
                before == null || now == null ? null : now - before,
                difference == null ? null : difference.interval(),
                explanation.isSignificant(),
                causes,
                reference,
                after,
                explanation.dimensions().stream().map(each -> view(each, unit)).toList(),
                words(explanation, before, now, causes));
    }

    @SchemaMapping
    List<Event> events(ChangeExplanation explanation) {
        RunFilter before = explanation.reference;
        RunFilter after = explanation.period;
        // A period that is open at an end reaches as far as there are events.
        Instant from = earlier(before.from(), after.from());
        Instant to = before.to() == null || after.to() == null ? null : later(before.to(), after.to());
        return events.nearest(
                new Events.Selection(from, to, List.of(), after.environments()),
                after.from() == null ? arguments.now() : after.from(),
                MAX_EVENTS);
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other == null ? null : one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static ChangeByDimension view(ByDimension split, Unit unit) {
        return new ChangeByDimension(
                split.dimension(),
                split.parts().stream().map(part -> ChangePart.of(part, unit)).toList());
    }

    private RunFilter before(RunFilter after, @Nullable ChangeReference against) {
        if (against == null) {
            Instant from = after.from();
            if (from == null) {
                throw RequestFailure.badRequest(
                        "filter has no from and no lastDays, so there is no period before it; say against what to explain the change");
            }
            Instant to = after.to() == null ? arguments.now() : after.to();
            return after.within(from.minus(Duration.between(from, to)), from);
        }
        if (against.promptVersion() == null) {
            if (against.from() == null || against.to() == null) {
                throw RequestFailure.badRequest("against needs from and to, or promptVersion");
            }
            if (against.from().isAfter(against.to())) {
                throw RequestFailure.badRequest(
                        "against.from is %s, after against.to, which is %s".formatted(against.from(), against.to()));
            }
            return after.within(against.from().toInstant(), against.to().toInstant());
        }
        if (against.from() != null || against.to() != null) {
            throw RequestFailure.badRequest(
                    "against.promptVersion is given, so against.from and against.to may not be");
        }
        if (after.promptVersions().isEmpty()) {
            throw RequestFailure.badRequest(
                    "filter.promptVersions must say which versions' change against against.promptVersion is meant");
        }
        return after.withPromptVersions(List.of(ArgumentText.check("against.promptVersion", against.promptVersion())));
    }

    private static String words(
            Explanation explanation, @Nullable Double before, @Nullable Double now, List<ChangePart> causes) {
        if (before == null || now == null) {
            return "Nothing to explain: there is nothing to divide by %s."
                    .formatted(before == null ? "before" : "after");
        }
        String change = Quantities.signed(now - before, explanation.metric().unit());
        if (!explanation.isSignificant()) {
            return "Nothing to explain: the change of %s may be chance.".formatted(change);
        }
        return causes.isEmpty()
                ? "The change of %s is spread over everything alike: no provider, version or other name stands out."
                        .formatted(change)
                : "Of the change of %s, most is due to: %s. What is due to what only shows which parts moved, not why."
                        .formatted(change, causes.get(0).words());
    }
}
