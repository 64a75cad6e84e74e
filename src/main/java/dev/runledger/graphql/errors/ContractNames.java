package dev.runledger.graphql.errors;

import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.runledger.report.ReportField;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The fields of a report under their two names: snake_case in the REST contract, camelCase in the schema. */
public final class ContractNames {

    private static final Pattern WORD = Pattern.compile("[a-z]+(?:_[a-z]+)+");

    private static final Map<String, String> IN_SCHEMA =
            Stream.of(ReportField.values()).collect(toUnmodifiableMap(ReportField::column, ReportField::attribute));

    private ContractNames() {}

    /** The text with every name of the contract as the schema spells it. */
    public static String inSchema(String text) {
        return WORD.matcher(text).replaceAll(word -> IN_SCHEMA.getOrDefault(word.group(), word.group()));
    }
}
