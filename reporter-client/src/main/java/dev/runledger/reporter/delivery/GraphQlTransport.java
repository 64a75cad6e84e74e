package dev.runledger.reporter.delivery;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.spool.Kind;
import dev.runledger.reporter.spool.Reason;
import dev.runledger.reporter.spool.Report;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** The mutations {@code recordRunStart} and {@code recordRunCompletion}. */
final class GraphQlTransport implements Transport {

    private static final String START =
            "mutation($input: RunStartInput!) { recorded: recordRunStart(input: $input) { run { id } } }";
    private static final String COMPLETION =
            "mutation($input: RunCompletionInput!) { recorded: recordRunCompletion(input: $input) { run { id } } }";

    /** What the codes that refuse are by REST. */
    private static final Map<String, Integer> REFUSED =
            Map.of("BAD_REQUEST", 422, "LIMIT_EXCEEDED", 422, "CONFLICT", 409, "UNAUTHORIZED", 401, "FORBIDDEN", 403);

    /** Fields that older servers do not know. */
    private static final Set<String> NEWER = Set.of("metrics", "breakdowns", "warnings");

    private static final Pattern LOCAL_TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+");
    private static final Pattern SNAKE = Pattern.compile("_([a-z])");

    private final URI uri;
    private final HttpExchange http;

    GraphQlTransport(URI backend, HttpExchange http) {
        this.uri = URI.create(backend + "/graphql");
        this.http = http;
    }

    @Override
    public Answer send(Report report) {
        ObjectNode request = Json.object().put("query", report.kind() == Kind.START ? START : COMPLETION);
        ObjectNode input = input(report);
        request.putObject("variables").set("input", input);
        try {
            Answer answer = answer(http.post(uri, Json.write(request)));
            boolean isOlderServer = answer instanceof Answer.Refused refusal && isAboutNewerFields(refusal);
            return isOlderServer && removeNewerFields(input) ? answer(http.post(uri, Json.write(request))) : answer;
        } catch (IOException | RuntimeException e) {
            return Answer.NotNow.away("no answer from " + uri + ": " + e);
        }
    }

    private static boolean removeNewerFields(ObjectNode input) {
        int before = input.size();
        input.remove(NEWER);
        return input.size() < before;
    }

    /** By GraphQL a server refuses a field that it does not know; by REST it leaves it out. */
    private static boolean isAboutNewerFields(Answer.Refused refusal) {
        String errors = refusal.reason().detail().toString();
        return NEWER.stream().anyMatch(errors::contains);
    }

    /** The payload's fields in camelCase, without nulls; the breakdowns as they are. */
    static ObjectNode input(Report report) {
        ObjectNode input = Json.object();
        report.payload().properties().forEach(member -> {
            String field = member.getKey();
            JsonNode value = member.getValue();
            if (!value.isNull()) {
                input.set(camelCase(field), field.endsWith("_at") ? withOffset(value) : value);
            }
        });
        if (report.kind() == Kind.START) {
            input.remove("status");
        } else {
            input.put("status", input.path("status").asString("").toUpperCase(Locale.ROOT));
        }
        return input;
    }

    static Answer answer(HttpExchange.Response response) {
        boolean mayBeGraphQl = response.status() == 200 || response.status() >= 400 && response.status() < 500;
        if (mayBeGraphQl && RestTransport.json(response.body()) instanceof ObjectNode result) {
            if (result.at("/data/recorded/run/id").isString()) {
                return new Answer.Recorded();
            }
            JsonNode errors = result.path("errors");
            if (errors.isArray() && !errors.isEmpty()) {
                return answer(response, errors);
            }
        }
        return response.status() == 200 ? RestTransport.notNow(response) : RestTransport.answer(response);
    }

    private static Answer answer(HttpExchange.Response response, JsonNode errors) {
        List<String> codes = errors.valueStream()
                .map(error -> error.at("/extensions/code").asString(""))
                .toList();
        if (REFUSED.keySet().containsAll(codes)) {
            int status = codes.stream().mapToInt(REFUSED::get).min().orElseThrow();
            return new Answer.Refused(Reason.refused(status, errors));
        }
        boolean mayBeTheReport = codes.contains("INTERNAL_ERROR");
        Answer.NotNow shown = RestTransport.notNow(response);
        return new Answer.NotNow(shown.why(), shown.status(), shown.retryAfter(), !mayBeTheReport);
    }

    /** REST takes a time without an offset as UTC, GraphQL wants it said. */
    private static JsonNode withOffset(JsonNode time) {
        String text = time.asString("");
        return LOCAL_TIME.matcher(text).matches() ? StringNode.valueOf(text + "Z") : time;
    }

    private static String camelCase(String field) {
        return SNAKE.matcher(field).replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
    }
}
