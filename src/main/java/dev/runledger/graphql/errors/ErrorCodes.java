package dev.runledger.graphql.errors;

import graphql.ErrorType;
import graphql.ExecutionResult;
import graphql.GraphQLError;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecutionParameters;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Gives a code to the errors that graphql-java finds by itself, in documents and variables, and takes the names of its
 * and Java's classes out of their texts. What is not the client's fault is not shown, but for an id.
 */
@Component
@Order(0)
class ErrorCodes extends SimplePerformantInstrumentation {

    private static final Pattern RULE = Pattern.compile("^Validation [eE]rror \\([^)]*\\) ?: ");
    private static final Pattern ECHO = Pattern.compile(
            " with value '.*?' (?=(?:is not a valid|is missing required|must (?:not )?be|contains a field not in) )",
            Pattern.DOTALL);

    private static final Pattern LITERAL = Pattern.compile(" - '\\w+Value\\{.*\\}'", Pattern.DOTALL);

    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("StringValue", "a string"),
            Map.entry("IntValue", "an integer"),
            Map.entry("Integer", "an integer"),
            Map.entry("BigInteger", "an integer"),
            Map.entry("FloatValue", "a number"),
            Map.entry("Double", "a number"),
            Map.entry("BigDecimal", "a number"),
            Map.entry("BooleanValue", "a boolean"),
            Map.entry("EnumValue", "an enum value"),
            Map.entry("ArrayValue", "a list"),
            Map.entry("ArrayList", "a list"),
            Map.entry("ObjectValue", "an object"),
            Map.entry("LinkedHashMap", "an object"),
            Map.entry("Map", "an object"),
            Map.entry("NullValue", "null"));

    private static final Pattern CLASS_NAME =
            Pattern.compile("(?:\\ban? )?(?:instance of )?(?:AST )?(?:type )?(?:of )?'(%s)'"
                    .formatted(String.join("|", WORDS.keySet())));

    @Override
    public CompletableFuture<ExecutionResult> instrumentExecutionResult(
            ExecutionResult result, InstrumentationExecutionParameters parameters, InstrumentationState state) {
        List<GraphQLError> errors = result.getErrors().stream()
                .filter(error -> !isConsequence(error, result.getErrors()))
                .map(ErrorCodes::coded)
                .toList();
        return CompletableFuture.completedFuture(
                errors.isEmpty() ? result : result.transform(changed -> changed.errors(errors)));
    }

    /** In a subscription's results, a field that failed is reported again as one that may not be null. */
    private static boolean isConsequence(GraphQLError error, List<GraphQLError> all) {
        return error.getErrorType() == ErrorType.NullValueInNonNullableField
                && all.stream().anyMatch(other -> other != error && Objects.equals(other.getPath(), error.getPath()));
    }

    private static GraphQLError coded(GraphQLError error) {
        if (error instanceof CodedError) {
            return error;
        }
        if (error.getErrorType() == ErrorType.InvalidSyntax
                || error.getErrorType() == ErrorType.ValidationError
                || error.getErrorType() == ErrorType.OperationNotSupported) {
            return ErrorCode.BAD_REQUEST.error(readable(error.getMessage())).insteadOf(error);
        }
        if (error.getErrorType() == ErrorType.ExecutionAborted) {
            return ErrorCode.LIMIT_EXCEEDED.error(error.getMessage()).insteadOf(error);
        }
        if ("BadFaithIntrospection".equals(String.valueOf(error.getErrorType()))) {
            return ErrorCode.LIMIT_EXCEEDED.error(error.getMessage()).insteadOf(error);
        }
        return ExceptionTranslator.unexpected(
                        "of kind %s: %s".formatted(error.getErrorType(), error.getMessage()), null)
                .insteadOf(error);
    }

    private static String readable(String message) {
        String text = ECHO.matcher(RULE.matcher(message).replaceFirst("")).replaceAll(" ");
        text = LITERAL.matcher(text).replaceAll("").strip();
        return CLASS_NAME.matcher(text).replaceAll(name -> WORDS.get(name.group(1)));
    }
}
