package dev.runledger.graphql.limits;

import graphql.ExecutionInput;
import graphql.execution.preparsed.PreparsedDocumentEntry;
import graphql.execution.preparsed.PreparsedDocumentProvider;
import graphql.language.Document;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.Parser;
import graphql.parser.ParserEnvironment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.graphql.autoconfigure.GraphQlSourceBuilderCustomizer;
import org.springframework.graphql.execution.GraphQlSource;
import org.springframework.stereotype.Component;

/**
 * Keeps the documents that were valid and used last, parsed: clients send the same few over and over. Their parsed form takes
 * some forty times the room of their text.
 */
@Component
class Documents implements PreparsedDocumentProvider, GraphQlSourceBuilderCustomizer {

    static final int MAX_CHARACTERS = 500_000;
    static final int MAX_CHARACTERS_OF_DOCUMENT = 20_000;

    private final Map<String, PreparsedDocumentEntry> parsed = new LinkedHashMap<>(16, 0.75f, true);
    private int characters;

    @Override
    public void customize(GraphQlSource.SchemaResourceBuilder source) {
        source.configureGraphQl(graphQl -> graphQl.preparsedDocumentProvider(this));
    }

    /** The document, valid or not; null if it is none, or exceeds a limit. */
    @Nullable
    Document parse(String text) {
        PreparsedDocumentEntry known = find(text);
        if (known != null) {
            return known.getDocument();
        }
        try {
            Document document = Parser.parse(ParserEnvironment.newParserEnvironment()
                    .document(text)
                    .parserOptions(DocumentLimits.PARSER)
                    .build());
            return DocumentSize.exceededLimit(document) == null ? document : null;
        } catch (InvalidSyntaxException e) {
            return null;
        }
    }

    @Override
    public CompletableFuture<PreparsedDocumentEntry> getDocumentAsync(
            ExecutionInput input, Function<ExecutionInput, PreparsedDocumentEntry> parseAndValidate) {
        PreparsedDocumentEntry known = find(input.getQuery());
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        PreparsedDocumentEntry entry = parseAndValidate.apply(input);
        if (!entry.hasErrors()) {
            keep(input.getQuery(), entry);
        }
        return CompletableFuture.completedFuture(entry);
    }

    private synchronized @Nullable PreparsedDocumentEntry find(String text) {
        return parsed.get(text);
    }

    private synchronized void keep(String text, PreparsedDocumentEntry entry) {
        if (text.length() > MAX_CHARACTERS_OF_DOCUMENT || parsed.putIfAbsent(text, entry) != null) {
            return;
        }
        characters += text.length();
        for (var oldest = parsed.keySet().iterator(); characters > MAX_CHARACTERS; ) {
            characters -= oldest.next().length();
            oldest.remove();
        }
    }

    synchronized int characters() {
        return characters;
    }
}
