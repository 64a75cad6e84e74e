package dev.runledger.rest;

import dev.runledger.report.FieldType;
import dev.runledger.report.ReportField;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.DateTimeSchema;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.NumberSchema;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.media.UUIDSchema;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Describes the contract as OpenAPI. Reports are read by hand, field by field, so their schema is made from the same
 * {@link ReportField}s that read them.
 */
@Configuration(proxyBeanMethods = false)
class OpenApiDescription {

    private static final String KEY = "serviceKey";
    private static final String REPORT = "GenerationRunReport";
    private static final String COMPLETION = "GenerationRunCompletion";
    private static final String ERROR = "Error";

    @Bean
    OpenAPI contract() {
        return new OpenAPI()
                .info(
                        new Info()
                                .title("Runledger")
                                .version("v1")
                                .description(
                                        "Reports of question-service's runs, and what became of them. For flexible questions"
                                                + " over many runs see the GraphQL endpoint at /graphql and its page at /graphiql."))
                .components(new Components()
                        .addSecuritySchemes(
                                KEY,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.APIKEY)
                                        .in(SecurityScheme.In.HEADER)
                                        .name("X-Service-Key")))
                .addSecurityItem(new SecurityRequirement().addList(KEY));
    }

    @Bean
    OpenApiCustomizer bodiesAndErrors() {
        return api -> {
            api.getComponents().getSchemas().values().forEach(OpenApiDescription::useContractNames);
            addReportFields(api.getComponents().getSchemas().get(GenerationRunDetail.class.getSimpleName()));
            api.getComponents()
                    .addSchemas(REPORT, report(true))
                    .addSchemas(COMPLETION, report(false))
                    .addSchemas(ERROR, error());
            api.getPaths().values().stream()
                    .map(PathItem::readOperations)
                    .flatMap(List::stream)
                    .forEach(OpenApiDescription::describe);
        };
    }

    private static void describe(Operation operation) {
        switch (operation.getOperationId()) {
            case "record" -> operation.requestBody(body(REPORT));
            case "complete" -> operation.requestBody(body(COMPLETION));
            default -> {
                // Other operations have no body.
            }
        }
        Content error = json(ERROR);
        operation
                .getResponses()
                .addApiResponse(
                        "401", new ApiResponse().description("No valid key").content(error))
                .addApiResponse(
                        "403",
                        new ApiResponse().description("The key may not do this").content(error))
                .addApiResponse(
                        "422",
                        new ApiResponse()
                                .description("Bad input, every fault named")
                                .content(error))
                .addApiResponse(
                        "429",
                        new ApiResponse()
                                .description("No valid key, once more from this address; see Retry-After")
                                .content(error))
                .addApiResponse(
                        "503",
                        new ApiResponse()
                                .description("The database is away; see Retry-After")
                                .content(error));
    }

    private static RequestBody body(String schema) {
        return new RequestBody().required(true).content(json(schema));
    }

    private static Content json(String schema) {
        return new Content()
                .addMediaType(
                        org.springframework.http.MediaType.APPLICATION_JSON_VALUE,
                        new MediaType().schema(new Schema<>().$ref("#/components/schemas/" + schema)));
    }

    private static Schema<?> report(boolean whole) {
        ObjectSchema report = new ObjectSchema();
        report.description(
                "A field that is null counts as left out, and so does a text that is blank. Of a text, U+0000 and halves"
                        + " of surrogate pairs become U+FFFD, with a warning. Numbers in objects have a size of 10^15 at most where they"
                        + " are counted; of names in an object, analytics distinguish the 200 largest, with a warning if there are more.");
        report.addProperty(
                "id",
                new UUIDSchema()
                        .description(
                                "The id that the reporter chose for the run, not all zeros or all ones. What is no UUID is"
                                        + " ignored, with a warning."));
        for (ReportField field : ReportField.values()) {
            report.addProperty(field.column(), schema(field).description(description(field)));
        }
        ObjectSchema warning = new ObjectSchema();
        List.of("field", "type", "message").forEach(name -> warning.addProperty(name, new StringSchema()));
        report.addProperty(
                "warnings",
                new ArraySchema()
                        .items(warning)
                        .description(
                                "What the reporter itself warns of, such as a summary that was missing; stored with the"
                                        + " warnings of the server. At most 20, names of at most 100 characters, messages of at most"
                                        + " 500; the rest is left out."));
        report.setRequired(Arrays.stream(ReportField.values())
                .filter(field -> whole ? field.isRequired() : field == ReportField.STATUS)
                .map(ReportField::column)
                .toList());
        return report;
    }

    /** A run shows the fields of its report, which are read one by one. */
    private static void addReportFields(Schema<?> run) {
        run.setAdditionalProperties(null);
        for (ReportField field : ReportField.values()) {
            run.addProperty(field.column(), schema(field).description(field.description()));
        }
    }

    private static String description(ReportField field) {
        return field.judgeName().equals(field.column())
                ? field.description()
                : field.description() + " Also taken as " + field.judgeName() + ".";
    }

    private static Schema<?> schema(ReportField field) {
        return switch (field.type()) {
            case TIME -> new DateTimeSchema();
            case STATUS -> new StringSchema()._enum(List.of("running", "success", "partial_failure", "failed"));
            case INTEGER, COUNT -> bounded(new IntegerSchema().format("int32"), field);
            case TOKENS -> bounded(new IntegerSchema().format("int64"), field);
            case NUMBER, AMOUNT, SHARE -> bounded(new NumberSchema(), field);
            case TEXT -> new StringSchema().maxLength(field.maxLength());
            case OBJECT -> new ObjectSchema().additionalProperties(true);
            case OBJECT_OF_INTEGERS ->
                new ObjectSchema()
                        .additionalProperties(new IntegerSchema()
                                .format("int64")
                                .minimum(BigDecimal.valueOf(-FieldType.MAX_MEMBER))
                                .maximum(BigDecimal.valueOf(FieldType.MAX_MEMBER)));
            case OBJECT_OF_OBJECTS -> new ObjectSchema().additionalProperties(new ObjectSchema());
            case METRICS ->
                new ObjectSchema()
                        .maxProperties(FieldType.MAX_METRICS)
                        .additionalProperties(new ObjectSchema()
                                .addProperty("value", new NumberSchema())
                                .addProperty("of", new NumberSchema().minimum(BigDecimal.ZERO))
                                .required(List.of("value")));
            case BREAKDOWNS ->
                new ObjectSchema()
                        .maxProperties(FieldType.MAX_DIMENSIONS)
                        .additionalProperties(new ObjectSchema().additionalProperties(new ObjectSchema()));
        };
    }

    private static Schema<?> bounded(Schema<?> number, ReportField field) {
        return number.minimum(field.type().minimum()).maximum(field.type().maximum());
    }

    private static Schema<?> error() {
        Schema<?> fault = new ObjectSchema()
                .addProperty("loc", new ArraySchema().items(new StringSchema()))
                .addProperty("msg", new StringSchema())
                .addProperty("type", new StringSchema());
        return new ObjectSchema()
                .addProperty(
                        "detail",
                        new Schema<>()
                                .oneOf(List.of(new StringSchema(), new ArraySchema().items(fault)))
                                .description("A text; for bad input (422) a list with one entry per fault."));
    }

    /** The answers are named in snake case as they are written, which the scan of their classes doesn't see. */
    @SuppressWarnings("rawtypes")
    private static void useContractNames(Schema<?> schema) {
        if (schema.getProperties() == null) {
            return;
        }
        Map<String, Schema> renamed = new LinkedHashMap<>();
        schema.getProperties().forEach((name, property) -> renamed.put(snakeCase(name), property));
        schema.setProperties(renamed);
        if (schema.getRequired() != null) {
            schema.setRequired(schema.getRequired().stream()
                    .map(OpenApiDescription::snakeCase)
                    .toList());
        }
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
