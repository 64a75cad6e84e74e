package dev.runledger.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.analytics.ChangeExplanations.ByDimension;
import dev.runledger.analytics.ChangeExplanations.Explanation;
import dev.runledger.metric.Dimension;
import dev.runledger.statistics.ChangeDecomposition.Kind;
import dev.runledger.statistics.Simulation;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The ranking of planted causes is part of what {@code CalibrationTests} measures. */
class PlantedCausesTests {

    static Stream<Arguments> planted() {
        return PlantedCauses.DIMENSIONS.stream()
                .flatMap(dimension -> Stream.of(Kind.values()).map(kind -> Arguments.of(dimension, kind)));
    }

    @ParameterizedTest
    @MethodSource("planted")
    void thePartsOfEveryDimensionAddUpToTheChange(Dimension dimension, Kind kind) {
        for (int seed = 0; seed < 10; seed++) {
            Explanation explanation = PlantedCauses.explain(new Simulation(seed), dimension, kind);
            double change = explanation.comparison().candidate().ratio()
                    - explanation.comparison().baseline().ratio();

            assertThat(explanation.dimensions())
                    .extracting(ByDimension::dimension)
                    .containsExactlyInAnyOrderElementsOf(PlantedCauses.DIMENSIONS);
            assertThat(explanation.dimensions())
                    .allSatisfy(each -> assertThat(each.parts().stream()
                                    .mapToDouble(part -> part.part().value())
                                    .sum())
                            .isCloseTo(change, within(1e-9)));
        }
    }
}
