package dev.runledger.graphql.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runledger.graphql.errors.RequestFailure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairLineTests {

    private final List<String> admitted = new ArrayList<>();
    private final FairLine line = new FairLine(4, 3, 5);

    @Test
    void aKeyHasNoMoreThanItsShareOfThePlaces() {
        enter("a1", "a2", "a3", "a4", "a5");
        assertThat(admitted).containsExactly("a1", "a2", "a3");

        enter("b1");
        assertThat(admitted).endsWith("b1");
    }

    @Test
    void aFreePlaceGoesToTheKeyWithTheFewestAndThenByTurns() {
        enter("a1", "a2", "a3", "a4", "b1", "b2", "c1");
        assertThat(admitted).containsExactly("a1", "a2", "a3", "b1");

        line.leave("a");
        assertThat(admitted).endsWith("c1");
        line.leave("c");
        assertThat(admitted).endsWith("b2");
        line.leave("a");
        assertThat(admitted).endsWith("a4");
    }

    @Test
    void theLightestOfAKeyGoesFirst() {
        enter("a1", "a2", "a3");
        line.enter("a", 1_000, () -> admitted.add("heavy"));
        line.enter("a", 10, () -> admitted.add("light"));

        line.leave("a");
        assertThat(admitted).endsWith("light");
        line.leave("a");
        assertThat(admitted).endsWith("heavy");
    }

    @Test
    void whoGivesUpIsPassedOver() {
        enter("a1", "a2", "a3");
        FairLine.Ticket ticket = line.enter("a", 0, () -> admitted.add("given up"));

        assertThat(line.giveUp(ticket)).isTrue();
        assertThat(line.giveUp(ticket)).isFalse();
        line.leave("a");
        assertThat(admitted).containsExactly("a1", "a2", "a3");
    }

    @Test
    void aKeyMayHaveSoManyWaitingAndTheLimitIsNamed() {
        enter("a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8");

        assertThatThrownBy(() -> enter("a9"))
                .isInstanceOf(RequestFailure.class)
                .hasMessageContaining("5 queries waiting");
        enter("b1");
        assertThat(admitted).endsWith("b1");
    }

    /** The first letter is the key. */
    private void enter(String... names) {
        for (String name : names) {
            line.enter(name.substring(0, 1), 0, () -> admitted.add(name));
        }
    }
}
