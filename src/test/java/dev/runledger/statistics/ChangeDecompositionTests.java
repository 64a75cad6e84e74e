package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.statistics.ChangeDecomposition.Kind;
import dev.runledger.statistics.ChangeDecomposition.Part;
import dev.runledger.statistics.ChangeDecomposition.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChangeDecompositionTests {
    /**
     * By hand: a has 0.8 of 100, then 0.6 of 300; b has 0.5 of 300, then 0.5 of 100. Together 0.575, then 0.575. a's share
     * grows by 0.5, at (0.7 - 0.575) that is 0.0625; its ratio falls by 0.2, at a mean share of 0.5 that is -0.1.
     */
    @Test
    void partsAreThoseWorkedByHand() {
        ChangeDecomposition split = split(List.of(
                new Slice("a", ClusterSums.of(80, 100), ClusterSums.of(180, 300)),
                new Slice("b", ClusterSums.of(150, 300), ClusterSums.of(50, 100))));

        assertThat(split.change()).isCloseTo(0, within(1e-12));
        assertThat(split.parts()).extracting(Part::key).containsExactly("a", "a", "b", "b");
        assertThat(split.parts().get(0).kind()).isEqualTo(Kind.MIX);
        assertThat(split.parts().get(0).value()).isCloseTo(0.0625, within(1e-12));
        assertThat(split.parts().get(1).value()).isCloseTo(-0.1, within(1e-12));
        assertThat(split.parts().get(2).value()).isCloseTo(0.0375, within(1e-12));
        assertThat(split.parts().get(3).value()).isCloseTo(0, within(1e-12));
    }

    @Test
    void partsAddUpToTheChangeWhateverComesAndGoes() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 500; i++) {
            List<Slice> slices = new ArrayList<>();
            for (int key = 0; key < 1 + i % 6; key++) {
                slices.add(new Slice("k" + key, some(random), some(random)));
            }
            slices.add(new Slice("never empty", ClusterSums.of(3, 4), ClusterSums.of(1, 4)));
            ClusterSums unreported = some(random);
            ChangeDecomposition split = ChangeDecomposition.of(
                    slices,
                    sum(slices, true).plus(unreported),
                    sum(slices, false).plus(some(random)),
                    0.95);

            assertThat(split.parts().stream().mapToDouble(Part::value).sum()).isCloseTo(split.change(), within(1e-9));
        }
    }

    @Test
    void aDimensionWithOneValueExplainsNothing() {
        History history = new History(1);

        ChangeDecomposition split = split(List.of(new Slice("all", history.runs(50, 0.8), history.runs(50, 0.6))));

        assertThat(split.parts()).allSatisfy(part -> {
            assertThat(part.specific()).isCloseTo(0, within(1e-12));
            assertThat(part.evidence()).isZero();
        });
    }

    @Test
    void theOneThatGotWorseStandsOut() {
        History history = new History(2);

        ChangeDecomposition split = split(List.of(
                new Slice("openai", history.runs(30, 0.8), history.runs(30, 0.8)),
                new Slice("xai", history.runs(30, 0.8), history.runs(30, 0.5)),
                new Slice("google", history.runs(30, 0.8), history.runs(30, 0.8))));

        assertThat(split.parts().stream().filter(part -> part.evidence() > 0))
                .singleElement()
                .satisfies(part -> {
                    assertThat(part.key()).isEqualTo("xai");
                    assertThat(part.kind()).isEqualTo(Kind.RATE);
                    assertThat(part.interval().contains(-0.1)).isTrue();
                });
    }

    @Test
    void withNothingToDivideByThereIsNoChange() {
        assertThat(ChangeDecomposition.of(List.of(), ClusterSums.NONE, ClusterSums.of(1, 2), 0.95))
                .isNull();
    }

    private static ChangeDecomposition split(List<Slice> slices) {
        return ChangeDecomposition.of(slices, sum(slices, true), sum(slices, false), 0.95);
    }

    private static ClusterSums sum(List<Slice> slices, boolean before) {
        return slices.stream()
                .map(slice -> before ? slice.before() : slice.after())
                .reduce(ClusterSums.NONE, ClusterSums::plus);
    }

    /** One to three runs, or none; at times with nothing to divide by. */
    private static ClusterSums some(SplittableRandom random) {
        ClusterSums sums = ClusterSums.NONE;
        for (int run = random.nextInt(4); run > 0; run--) {
            sums = sums.plus(ClusterSums.of(random.nextInt(50), random.nextInt(3) == 0 ? 0 : 50 + random.nextInt(50)));
        }
        return sums;
    }
}
