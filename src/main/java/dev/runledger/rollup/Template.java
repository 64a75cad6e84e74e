package dev.runledger.rollup;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SQL with named places to fill: {@code {condition}}. What fills a place may have places itself. */
final class Template {

    private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)}");

    private Template() {}

    static String fill(String template, Map<String, String> values) {
        return PLACE.matcher(template).replaceAll(place -> {
            String value = values.get(place.group(1));
            if (value == null) {
                throw new IllegalArgumentException("Nothing fills " + place.group());
            }
            return Matcher.quoteReplacement(fill(value, values));
        });
    }
}
