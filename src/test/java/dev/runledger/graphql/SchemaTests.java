package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.report.ReportField;
import graphql.introspection.Introspection;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLInputObjectField;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLNamedSchemaElement;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.ScalarInfo;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.graphql.data.method.annotation.support.AnnotatedControllerConfigurer;
import org.springframework.graphql.execution.GraphQlSource;
import org.springframework.graphql.execution.SchemaMappingInspector;
import org.springframework.graphql.execution.SchemaReport;

@RunledgerTest
class SchemaTests {

    @Autowired
    GraphQlSource source;

    @Autowired
    AnnotatedControllerConfigurer controllers;

    @Test
    void everyElementIsDescribed() {
        assertThat(ownElements(source.schema()))
                .hasSizeGreaterThan(150)
                .filteredOn(element -> element.getDescription() == null
                        || element.getDescription().isBlank())
                .extracting(GraphQLNamedSchemaElement::getName)
                .isEmpty();
    }

    @Test
    void everyFieldIsAnsweredByCodeOfTheSameNullness() {
        RuntimeWiring.Builder wiring = RuntimeWiring.newRuntimeWiring();
        controllers.configure(wiring);
        SchemaReport report = SchemaMappingInspector.inspect(source.schema(), wiring.build());

        assertThat(report.unmappedFields()).isEmpty();
        assertThat(report.unmappedRegistrations()).isEmpty();
        assertThat(report.unmappedArguments()).isEmpty();
        assertThat(report.fieldNullnessErrors()).isEmpty();
        assertThat(report.argumentNullnessErrors()).isEmpty();
        assertThat(report.skippedTypes()).isEmpty();
    }

    @Test
    void everyFieldOfAReportCanBeRecordedAndRead() {
        List<String> fields =
                Stream.of(ReportField.values()).map(ReportField::attribute).toList();

        assertThat(source.schema().getObjectType("Run").getFieldDefinitions())
                .extracting(GraphQLFieldDefinition::getName)
                .containsAll(fields);
        GraphQLInputObjectType input = source.schema().getTypeAs("RunCompletionInput");
        assertThat(input.getFieldDefinitions())
                .extracting(GraphQLInputObjectField::getName)
                .containsAll(fields);
    }

    private static List<? extends GraphQLNamedSchemaElement> ownElements(GraphQLSchema schema) {
        return schema.getAllTypesAsList().stream()
                .filter(type -> !Introspection.isIntrospectionTypes(type)
                        && !ScalarInfo.isGraphqlSpecifiedScalar(type.getName()))
                .flatMap(SchemaTests::withMembers)
                .toList();
    }

    private static Stream<GraphQLNamedSchemaElement> withMembers(GraphQLNamedSchemaElement type) {
        Stream<? extends GraphQLNamedSchemaElement> members = Stream.empty();
        if (type instanceof GraphQLFieldsContainer container) {
            members = container.getFieldDefinitions().stream()
                    .flatMap(field ->
                            Stream.concat(Stream.of((GraphQLNamedSchemaElement) field), field.getArguments().stream()));
        } else if (type instanceof GraphQLInputObjectType input) {
            members = input.getFieldDefinitions().stream();
        } else if (type instanceof GraphQLEnumType enumeration) {
            members = enumeration.getValues().stream();
        }
        return Stream.concat(Stream.of(type), members);
    }
}
