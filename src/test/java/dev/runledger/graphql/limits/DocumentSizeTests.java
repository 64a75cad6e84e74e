package dev.runledger.graphql.limits;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.introspection.IntrospectionQuery;
import graphql.parser.Parser;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DocumentSizeTests {

    @Test
    void anOrdinaryDocumentStaysWithinAllLimits() {
        assertThat(exceeded(
                        "query ($a: Int) { runs(first: $a) { nodes { id ...More } } } fragment More on Run { status }"))
                .isNull();
        assertThat(exceeded(IntrospectionQuery.INTROSPECTION_QUERY)).isNull();
    }

    @Test
    void aliasesOfOneFieldCountAsTheFieldAgain() {
        assertThat(exceeded("{ " + times(20, "a%d: runs { totalCount }") + " }"))
                .isNull();
        assertThat(exceeded("{ " + times(21, "a%d: runs { totalCount }") + " }"))
                .contains("more than 20 times");
        assertThat(exceeded("{ ...A ...B } fragment A on Query { " + times(11, "a%d: runs { totalCount }")
                        + " } fragment B on Query { ... { " + times(11, "b%d: runs { totalCount }") + " } }"))
                .as("spread over fragments")
                .contains("more than 20 times");
    }

    @Test
    void directivesOnOneElementAreCounted() {
        String skips = " @skip(if: false)".repeat(6);
        for (String document : new String[] {
            "{ runs" + skips + " { totalCount } }",
            "{ ..." + skips + " { runs { totalCount } } }",
            "{ ...A" + skips + " } fragment A on Query { runs { totalCount } }",
            "{ ...A } fragment A on Query" + skips + " { runs { totalCount } }",
            "query" + skips + " { runs { totalCount } }",
            "query ($a: Int" + skips + ") { runs(first: $a) { totalCount } }"
        }) {
            assertThat(exceeded(document)).as(document).contains("more than 5 directives");
        }
    }

    @Test
    void depthIsCountedThroughFragments() {
        assertThat(exceeded("{ a ".repeat(20) + "}".repeat(20))).isNull();
        assertThat(exceeded("{ a ".repeat(21) + "}".repeat(21))).contains("more than 20 deep");
        assertThat(exceeded("{ ...F } fragment F on Query " + "{ a ".repeat(21) + "}".repeat(21)))
                .contains("more than 20 deep");
    }

    @Test
    void fragmentsCountWhereverTheyAreSpread() {
        String doubling = IntStream.range(0, 30)
                .mapToObj(i -> "fragment F%d on Query { ...F%d ...F%d }".formatted(i, i + 1, i + 1))
                .collect(Collectors.joining(" "));
        assertThat(exceeded("{ ...F0 } " + doubling)).contains("more than 1000 fields");
        assertThat(exceeded("{ " + times(1001, "f%d") + " }")).contains("more than 1000 fields");
    }

    @Test
    void fragmentsInACircleEnd() {
        assertThat(exceeded("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A x }"))
                .isNull();
    }

    private static String times(int count, String field) {
        return IntStream.range(0, count).mapToObj(field::formatted).collect(Collectors.joining(" "));
    }

    private static String exceeded(String document) {
        return DocumentSize.exceededLimit(Parser.parse(document));
    }
}
