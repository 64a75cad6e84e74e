package dev.runledger.graphql.limits;

import dev.runledger.graphql.errors.ErrorCode;
import graphql.ExecutionInput;
import graphql.execution.AbortExecutionException;
import graphql.execution.instrumentation.InstrumentationContext;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimpleInstrumentationContext;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecutionParameters;
import graphql.language.Document;
import graphql.parser.ParserOptions;
import graphql.parser.exceptions.ParseCancelledException;
import graphql.parser.exceptions.ParseCancelledTooDeepException;
import graphql.parser.exceptions.ParseCancelledTooManyCharsException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Refuses documents that select too much at once, after reading them and before validating them. */
@Component
@Order(1)
class DocumentLimits extends SimplePerformantInstrumentation {

    static final int MAX_CHARACTERS = 100_000;
    static final int MAX_TOKENS = 5_000;
    static final int MAX_NESTED_RULES = 200;

    static final ParserOptions PARSER = ParserOptions.newParserOptions()
            .maxCharacters(MAX_CHARACTERS)
            .maxTokens(MAX_TOKENS)
            .maxWhitespaceTokens(MAX_CHARACTERS)
            .maxRuleDepth(MAX_NESTED_RULES)
            .captureIgnoredChars(false)
            .captureLineComments(false)
            .build();

    @Override
    public ExecutionInput instrumentExecutionInput(
            ExecutionInput input, InstrumentationExecutionParameters parameters, InstrumentationState state) {
        input.getGraphQLContext().put(ParserOptions.class, PARSER);
        return input;
    }

    @Override
    public InstrumentationContext<Document> beginParse(
            InstrumentationExecutionParameters parameters, InstrumentationState state) {
        return SimpleInstrumentationContext.whenCompleted((document, fault) -> {
            String exceeded = document != null ? DocumentSize.exceededLimit(document) : exceededLimit(fault);
            if (exceeded != null) {
                throw new AbortExecutionException(List.of(ErrorCode.LIMIT_EXCEEDED.error(exceeded)));
            }
        });
    }

    private static @Nullable String exceededLimit(Throwable fault) {
        if (fault instanceof ParseCancelledTooManyCharsException) {
            return "The document has more than %d characters".formatted(MAX_CHARACTERS);
        }
        if (fault instanceof ParseCancelledTooDeepException) {
            return "The document nests grammar rules more than %d deep".formatted(MAX_NESTED_RULES);
        }
        return fault instanceof ParseCancelledException
                ? "The document has more than %d tokens".formatted(MAX_TOKENS)
                : null;
    }
}
