package dev.runledger.reporter.spool;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Why a report is in quarantine.
 *
 * @param status the server's HTTP status; null if nobody can read the report
 * @param detail the server's own words, or what is wrong with the file
 */
public record Reason(@Nullable Integer status, JsonNode detail) {}
