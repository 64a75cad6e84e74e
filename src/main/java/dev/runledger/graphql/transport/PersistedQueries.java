package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.RequestFailure;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Documents by their SHA-256, as Apollo's automatic persisted queries have it: a client sends the hash alone, and the text
 * with it once the answer says that the hash is not known. What was not used for the longest time is forgotten first.
 *
 * @see <a href="https://www.apollographql.com/docs/apollo-server/performance/apq">Automatic persisted queries</a>
 */
@Component
class PersistedQueries {

    static final int MAX_DOCUMENTS = 500;
    static final int MAX_CHARACTERS = 20_000;

    private static final int VERSION = 1;

    private final Map<String, String> documents = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MAX_DOCUMENTS;
        }
    };

    /**
     * The request with its document in it, if it named one by its hash; any other request as it is.
     *
     * @throws RequestFailure if the hash is not known, or is not the document's
     */
    JsonNode complete(JsonNode request) {
        JsonNode named = request.path("extensions").path("persistedQuery");
        if (!named.isObject() || !(request instanceof ObjectNode object)) {
            return request;
        }
        if (named.path("version").intValue(0) != VERSION
                || !named.path("sha256Hash").isString()) {
            throw RequestFailure.badRequest("persistedQuery must have version 1 and a sha256Hash");
        }
        String hash = named.path("sha256Hash").stringValue();
        JsonNode query = request.path("query");
        if (query.isString()) {
            store(hash, query.stringValue());
            return request;
        }
        return query.isMissingNode() || query.isNull() ? object.put("query", find(hash)) : request;
    }

    private synchronized String find(String hash) {
        String document = documents.get(hash);
        if (document == null) {
            throw RequestFailure.persistedQueryNotFound();
        }
        return document;
    }

    private synchronized void store(String hash, String document) {
        if (!sha256(document).equals(hash)) {
            throw RequestFailure.badRequest("sha256Hash is not the hash of query");
        }
        if (document.length() <= MAX_CHARACTERS) {
            documents.put(hash, document);
        }
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
