package dev.runledger.graphql;

import dev.runledger.ledger.Run;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a run reports of one provider: its metrics and its cost, of which either may be missing, in part or altogether. */
record ProviderMetrics(
        String provider,
        @Nullable Long generated,
        @Nullable Long apiCalls,
        @Nullable Long failures,
        @Nullable Long evaluated,
        @Nullable Long approved,
        @Nullable Long rejected,
        @Nullable Long inserted,
        @Nullable Double totalCostUsd,
        @Nullable Long totalInputTokens,
        @Nullable Long totalOutputTokens) {

    static List<ProviderMetrics> of(Run run) {
        Map<String, JsonNode> metrics = RunBreakdowns.members(run.getProviderMetrics());
        Map<String, JsonNode> costs = RunBreakdowns.members(run.getCostByProvider());
        Set<String> providers = new TreeSet<>(metrics.keySet());
        providers.addAll(costs.keySet());
        return providers.stream()
                .map(provider -> of(provider, metrics.get(provider), costs.get(provider)))
                .toList();
    }

    private static ProviderMetrics of(String provider, @Nullable JsonNode metrics, @Nullable JsonNode cost) {
        return new ProviderMetrics(
                provider,
                count(metrics, "generated"),
                count(metrics, "api_calls"),
                count(metrics, "failures"),
                count(metrics, "evaluated"),
                count(metrics, "approved"),
                count(metrics, "rejected"),
                count(metrics, "inserted"),
                amount(cost, "total_cost_usd"),
                count(cost, "total_input_tokens"),
                count(cost, "total_output_tokens"));
    }

    private static @Nullable Long count(@Nullable JsonNode object, String member) {
        return object == null ? null : RunBreakdowns.wholeNumber(object.get(member));
    }

    private static @Nullable Double amount(@Nullable JsonNode object, String member) {
        JsonNode value = object == null ? null : object.get(member);
        if (value == null || !value.isNumber()) {
            return null;
        }
        double amount = value.decimalValue().doubleValue();
        return Double.isFinite(amount) ? amount : null;
    }
}
