package dev.runledger.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runledger.report.RunStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunFilterTests {

    private static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");
    private static final Instant TUESDAY = Instant.parse("2026-03-03T00:00:00Z");

    @Test
    void aPeriodCannotEndBeforeItBegins() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunFilter.during(TUESDAY, MONDAY))
                .withMessageContaining("2026-03-03T00:00:00Z")
                .withMessageContaining("2026-03-02T00:00:00Z");
    }

    @Test
    void aPeriodMayBeEmpty() {
        assertThat(RunFilter.during(MONDAY, MONDAY).from()).isEqualTo(MONDAY);
    }

    @Test
    void anotherPeriodLeavesTheOtherConditions() {
        Range low = new Range(null, 0.5);
        RunFilter monday = RunFilter.during(MONDAY, TUESDAY, List.of(RunStatus.FAILED), List.of("prod"), low);

        assertThat(monday.within(null, null))
                .isEqualTo(RunFilter.during(null, null, List.of(RunStatus.FAILED), List.of("prod"), low));
    }

    @Test
    void otherPromptVersionsLeaveTheOtherConditions() {
        RunFilter monday = RunFilter.during(MONDAY, TUESDAY, List.of(RunStatus.FAILED), List.of("prod"), null);

        RunFilter ofVersion = monday.withPromptVersions(List.of("v2"));

        assertThat(ofVersion.promptVersions()).containsExactly("v2");
        assertThat(ofVersion.withPromptVersions(List.of())).isEqualTo(monday);
    }

    @Test
    void aFilterDoesNotChangeWithTheListItWasMadeFrom() {
        List<String> environments = new ArrayList<>(List.of("prod"));
        RunFilter filter = RunFilter.during(null, null, List.of(), environments, null);

        environments.add("staging");

        assertThat(filter.environments()).containsExactly("prod");
    }

    @Test
    void aRangeHasABoundAtLeastAndInOrder() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Range(null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Range(0.6, 0.5));
        assertThat(new Range(0.5, 0.5).min()).isEqualTo(0.5);
    }
}
