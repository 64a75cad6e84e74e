package dev.runledger.graphql;

import static dev.runledger.graphql.SummaryController.utc;

import dev.runledger.analytics.Breakdowns;
import dev.runledger.analytics.Breakdowns.Bucket;
import dev.runledger.analytics.Breakdowns.Entry;
import dev.runledger.analytics.Buckets;
import dev.runledger.analytics.Granularity;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.transport.Batches;
import dev.runledger.metric.Dimension;
import dev.runledger.search.RunFilter;
import graphql.schema.DataFetchingEnvironment;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import org.springframework.stereotype.Controller;

/** Answers {@code breakdown.graphqls}: questions by type and difficulty, errors by category and severity. */
@Controller
class BreakdownController {

    private static final String TIMELINES = "timelinesOfBreakdowns";

    private final Breakdowns breakdowns;
    private final AnalyticsArguments arguments;

    BreakdownController(Breakdowns breakdowns, AnalyticsArguments arguments, BatchLoaderRegistry loaders) {
        this.breakdowns = breakdowns;
        this.arguments = arguments;
        Batches.register(
                loaders, TIMELINES, TimelineKey::query, TimelineKey::key, (TimelineKey one, List<String> keys) -> {
                    Buckets buckets = arguments.buckets(one.filter(), one.granularity(), one.timeZone());
                    QueryRun.countPoints((long) keys.size() * buckets.starts().size());
                    Map<String, List<Bucket>> found = buckets.starts().isEmpty()
                            ? Map.of()
                            : breakdowns.timelines(one.filter(), one.dimension(), buckets);
                    List<Bucket> none = Collections.nCopies(buckets.starts().size(), new Bucket(0, 0));
                    return Batches.byKey(keys, key -> timeline(buckets, found.getOrDefault(key, none)));
                });
    }

    record Breakdown(Entry entry, Dimension dimension, RunFilter filter) {

        public String key() {
            return entry.name();
        }

        public double count() {
            return entry.count();
        }

        public @Nullable Double share() {
            return entry.shareOfCount();
        }

        public long runs() {
            return entry.runsWithAny();
        }

        public long failedRuns() {
            return entry.failedRunsWithAny();
        }
    }

    record BreakdownBucket(OffsetDateTime startsAt, double count, long runs) {}

    /** A timeline of a name; those with the same query are answered together. */
    record TimelineKey(RunFilter filter, Dimension dimension, String key, Granularity granularity, String timeZone) {
        List<Object> query() {
            return List.of(filter, dimension, granularity, timeZone);
        }
    }

    @QueryMapping
    List<Breakdown> questionTypes(@Argument @Nullable RunFilterInput filter) {
        return entries(filter, Dimension.TYPE);
    }

    @QueryMapping
    List<Breakdown> difficulties(@Argument @Nullable RunFilterInput filter) {
        return entries(filter, Dimension.DIFFICULTY);
    }

    @QueryMapping
    List<Breakdown> errorCategories(@Argument @Nullable RunFilterInput filter) {
        return entries(filter, Dimension.ERROR_CATEGORY);
    }

    @QueryMapping
    List<Breakdown> errorSeverities(@Argument @Nullable RunFilterInput filter) {
        return entries(filter, Dimension.ERROR_SEVERITY);
    }

    @SchemaMapping
    CompletableFuture<List<BreakdownBucket>> timeline(
            Breakdown breakdown,
            @Argument Granularity granularity,
            @Argument String timeZone,
            DataFetchingEnvironment environment) {
        return Batches.load(
                environment,
                TIMELINES,
                new TimelineKey(breakdown.filter(), breakdown.dimension(), breakdown.key(), granularity, timeZone));
    }

    private List<Breakdown> entries(@Nullable RunFilterInput input, Dimension dimension) {
        RunFilter filter = arguments.filter(input);
        return breakdowns.entries(filter, dimension).stream()
                .filter(entry -> entry.runsWithAny() > 0)
                .map(entry -> new Breakdown(entry, dimension, filter))
                .toList();
    }

    private static List<BreakdownBucket> timeline(Buckets buckets, List<Bucket> found) {
        return IntStream.range(0, found.size())
                .mapToObj(i -> new BreakdownBucket(
                        utc(buckets.starts().get(i)),
                        found.get(i).count(),
                        found.get(i).runs()))
                .toList();
    }
}
