package dev.runledger.metric;

import static dev.runledger.metric.Count.DUPLICATES_FOUND;
import static dev.runledger.metric.Count.QUESTIONS_APPROVED;
import static dev.runledger.metric.Count.QUESTIONS_EVALUATED;
import static dev.runledger.metric.Count.QUESTIONS_GENERATED;
import static dev.runledger.metric.Count.QUESTIONS_INSERTED;
import static dev.runledger.metric.Count.QUESTIONS_REJECTED;
import static dev.runledger.metric.Count.QUESTIONS_REQUESTED;

import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Questions that went missing at one stage of the pipeline.
 *
 * @param lost how many; negative where reported counts contradict each other
 * @param share lost / questions that entered the stage; null if none did
 */
public record PipelineLoss(Stage stage, long lost, @Nullable Double share) {

    /** The stages of the pipeline in their order, and the whole of it. */
    public enum Stage {
        GENERATION,
        EVALUATION,
        REJECTION,
        DEDUPLICATION,
        INSERTION,
        TOTAL
    }

    /** The losses of every stage, in the order of {@link Stage}. */
    public static List<PipelineLoss> of(ToLongFunction<Count> counts) {
        long requested = counts.applyAsLong(QUESTIONS_REQUESTED);
        long generated = counts.applyAsLong(QUESTIONS_GENERATED);
        long evaluated = counts.applyAsLong(QUESTIONS_EVALUATED);
        long approved = counts.applyAsLong(QUESTIONS_APPROVED);
        long duplicates = counts.applyAsLong(DUPLICATES_FOUND);
        long inserted = counts.applyAsLong(QUESTIONS_INSERTED);
        long unique = approved - duplicates;
        return List.of(
                at(Stage.GENERATION, requested - generated, requested),
                at(Stage.EVALUATION, generated - evaluated, generated),
                at(Stage.REJECTION, counts.applyAsLong(QUESTIONS_REJECTED), evaluated),
                at(Stage.DEDUPLICATION, duplicates, approved),
                at(Stage.INSERTION, Math.max(0, unique - inserted), unique),
                at(Stage.TOTAL, requested - inserted, requested));
    }

    private static PipelineLoss at(Stage stage, long lost, long entered) {
        return new PipelineLoss(stage, lost, Rate.share(lost, entered));
    }
}
