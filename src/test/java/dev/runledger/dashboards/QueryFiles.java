package dev.runledger.dashboards;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files that hold the dashboards' queries. A query is made of its file and of the fragments that it uses from others. */
final class QueryFiles {

    private static final Path FOLDER = Path.of("dashboards", "src", "queries");
    private static final Pattern DEFINITION = Pattern.compile("(?m)^(?=fragment |query |subscription )");
    private static final Pattern FRAGMENT = Pattern.compile("^fragment (\\w+) on ");
    private static final Pattern SPREAD = Pattern.compile("\\.\\.\\.\\s*(\\w+)");

    private QueryFiles() {}

    /** The query of that name as it can be sent. */
    static String query(String name) {
        Map<String, String> files = texts();
        Map<String, String> elsewhere = new LinkedHashMap<>();
        files.values().stream().flatMap(DEFINITION::splitAsStream).forEach(definition -> {
            Matcher fragment = FRAGMENT.matcher(definition);
            if (fragment.find()) {
                elsewhere.put(fragment.group(1), definition);
            }
        });
        StringBuilder document = new StringBuilder(files.get(name));
        DEFINITION
                .splitAsStream(files.get(name))
                .forEach(own -> elsewhere.values().remove(own));
        for (Matcher spread = SPREAD.matcher(document); spread.find(); ) {
            String fragment = elsewhere.remove(spread.group(1));
            if (fragment != null) {
                document.append(fragment);
                spread.reset();
            }
        }
        return document.toString();
    }

    private static Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Path> queries = files.filter(file -> file.toString().endsWith(".graphql"))
                    .sorted()
                    .toList();
            for (Path query : queries) {
                texts.put(query.getFileName().toString().replace(".graphql", ""), Files.readString(query) + "\n");
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
