package dev.runledger.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters in a request's query string, of a repeated one the last. The servlet container refuses all of them, and with
 * 500, for one that is no text; here each is decoded when it is asked for.
 */
public final class QueryParameters {

    private final Map<String, List<String>> encoded = new HashMap<>();

    private QueryParameters() {}

    public static QueryParameters of(HttpServletRequest request) {
        QueryParameters parameters = new QueryParameters();
        String query = request.getQueryString();
        for (String parameter : query == null ? new String[0] : query.split("&")) {
            String[] parts = parameter.split("=", 2);
            String name = decoded(parts[0]);
            if (name != null) {
                parameters
                        .encoded
                        .computeIfAbsent(name, any -> new ArrayList<>())
                        .add(parts.length == 2 ? parts[1] : "");
            }
        }
        return parameters;
    }

    public boolean has(String name) {
        return encoded.containsKey(name);
    }

    /** The value of a parameter that is there; null if it is not percent-encoded UTF-8. */
    public @Nullable String text(String name) {
        List<String> values = encoded.get(name);
        return decoded(values.get(values.size() - 1));
    }

    /** All values of a parameter, in order; null for those that are not percent-encoded UTF-8. */
    public List<@Nullable String> texts(String name) {
        return encoded.getOrDefault(name, List.of()).stream()
                .<@Nullable String>map(QueryParameters::decoded)
                .toList();
    }

    private static @Nullable String decoded(String text) {
        try {
            byte[] bytes = URLDecoder.decode(text, ISO_8859_1).getBytes(ISO_8859_1);
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }
}
