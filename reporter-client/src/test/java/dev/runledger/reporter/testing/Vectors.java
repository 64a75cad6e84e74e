package dev.runledger.reporter.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.payload.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The cases that hold for the reporters of all languages, see vectors/README.md. */
public final class Vectors {

    private static final Comparator<JsonNode> BY_VALUE = (one, other) -> {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue());
        }
        return one.equals(other) ? 0 : -1;
    };

    private Vectors() {}

    /** The cases of a file, each by its name or else its beginning. */
    public static Stream<Named<ObjectNode>> of(String file) {
        try {
            JsonNode vectors = Json.readAny(Files.readString(Path.of("vectors", file)));
            assertThat(vectors).isNotEmpty();
            return vectors.valueStream().map(vector -> Named.of(name(vector), (ObjectNode) vector));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(JsonNode vector) {
        String text = vector.path("name").asString(vector.toString());
        return text.substring(0, Math.min(text.length(), 100));
    }

    /** Equal as JSON values: 1 and 1.0 are. */
    public static void assertSameJson(JsonNode actual, JsonNode expected) {
        assertThat(actual.equals(BY_VALUE, expected))
                .as("%s%nshould be%n%s", actual, expected)
                .isTrue();
    }
}
