package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLSchema;
import graphql.schema.diff.DiffEvent;
import graphql.schema.diff.SchemaDiff;
import graphql.schema.diff.SchemaDiffSet;
import graphql.schema.diff.reporting.CapturingReporter;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.SchemaPrinter;
import graphql.schema.idl.UnExecutableSchemaGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.graphql.execution.GraphQlSource;

/**
 * Queries that were written for a release go on working: what is removed was deprecated in the two releases before. A release puts its
 * schema, {@code target/schema.graphqls}, into {@code src/test/resources/schemas} under its version.
 */
@RunledgerTest
class SchemaCompatibilityTests {

    private static final Path RELEASED = Path.of("src", "test", "resources", "schemas");
    private static final Path CURRENT = Path.of("target", "schema.graphqls");

    @Autowired
    GraphQlSource source;

    @Test
    void nothingIsRemovedThatTheTwoReleasesBeforeHadNotDeprecated() throws IOException {
        String current = printed();
        Files.writeString(CURRENT, current);
        List<Path> releases = releases();
        assertThat(releases).isNotEmpty();
        String last = Files.readString(releases.get(releases.size() - 1));

        assertThat(breakages(last, current))
                .filteredOn(event -> !isDeprecatedInTwo(releases, event))
                .isEmpty();
    }

    @Test
    void aFieldThatIsGoneOrAsksForMoreIsABreakageAndOneMoreFieldIsNone() {
        String before = "type Query { run(id: ID): Int score: Float }";

        assertThat(breakages(before, "type Query { run(id: ID): Int }"))
                .extracting(DiffEvent::getFieldName)
                .containsOnly("score");
        assertThat(breakages(before, "type Query { run(id: ID, must: Int!): Int score: Float }"))
                .extracting(DiffEvent::getFieldName)
                .containsOnly("run");
        assertThat(breakages(before, "type Query { run(id: ID, may: Int): Int score: Float cost: Float }"))
                .isEmpty();
    }

    private String printed() {
        return new SchemaPrinter(SchemaPrinter.Options.defaultOptions()
                        .includeDirectiveDefinitions(false)
                        .includeScalarTypes(true)
                        .includeDirectives(directive -> directive.equals("deprecated")))
                .print(source.schema())
                .replaceAll("(?sm)^\\s*\"\"\".*?\"\"\"\\R", "");
    }

    private static List<DiffEvent> breakages(String before, String after) {
        CapturingReporter reporter = new CapturingReporter();
        new SchemaDiff().diffSchema(SchemaDiffSet.diffSetFromSdl(schema(before), schema(after)), reporter);
        return reporter.getBreakages();
    }

    private static boolean isDeprecatedInTwo(List<Path> releases, DiffEvent event) {
        return releases.size() >= 2
                && releases.subList(releases.size() - 2, releases.size()).stream()
                        .allMatch(release -> {
                            try {
                                return schema(Files.readString(release)).getType(event.getTypeName())
                                                instanceof GraphQLFieldsContainer type
                                        && type.getFieldDefinition(event.getFieldName()) != null
                                        && type.getFieldDefinition(event.getFieldName())
                                                .isDeprecated();
                            } catch (IOException e) {
                                return false;
                            }
                        });
    }

    private static GraphQLSchema schema(String text) {
        return UnExecutableSchemaGenerator.makeUnExecutableSchema(new SchemaParser().parse(text));
    }

    private static List<Path> releases() throws IOException {
        try (Stream<Path> files = Files.list(RELEASED)) {
            return files.sorted(Comparator.comparing(file ->
                            Runtime.Version.parse(file.getFileName().toString().replace(".graphqls", ""))))
                    .toList();
        }
    }
}
