package dev.runledger.graphql;

import static dev.runledger.graphql.SummaryController.utc;

import dev.runledger.analytics.BreakdownAnalytics;
import dev.runledger.analytics.BreakdownAnalytics.Bucket;
import dev.runledger.analytics.BreakdownAnalytics.Entry;
import dev.runledger.analytics.BreakdownAnalytics.Kind;
import dev.runledger.analytics.Buckets;
import dev.runledger.analytics.Granularity;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.graphql.transport.Batches;
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

    private final BreakdownAnalytics breakdowns;
    private final AnalyticsArguments arguments;

    BreakdownController(BreakdownAnalytics breakdowns, AnalyticsArguments arguments, BatchLoaderRegistry loaders) {
        this.breakdowns = breakdowns;
        this.arguments = arguments;
        Batches.register(
                loaders, TIMELINES, TimelineKey::question, TimelineKey::key, (TimelineKey one, List<String> keys) -> {
                    Buckets buckets = arguments.buckets(one.filter(), one.granularity(), one.timeZone());
                    QueryRun.countPoints((long) keys.size() * buckets.starts().size());
                    Map<String, List<Bucket>> found = buckets.starts().isEmpty()
                            ? Map.of()
                            : breakdowns.timelines(one.filter(), one.kind(), buckets);
                    List<Bucket> none = Collections.nCopies(buckets.starts().size(), new Bucket(0, 0));
                    return Batches.byKey(keys, key -> timeline(buckets, found.getOrDefault(key, none)));
                });
    }

    record Breakdown(Entry entry, Kind kind, RunFilter filter) {

        public String key() {
            return entry.key();
        }

        public double count() {
            return entry.count();
        }

        public @Nullable Double share() {
            return entry.share();
        }

        public long runs() {
            return entry.runs();
        }

        public long failedRuns() {
            return entry.failedRuns();
        }
    }

    record BreakdownBucket(OffsetDateTime startsAt, double count, long runs) {}

    /** A timeline that is asked for of a name; all that ask for the same are answered together. */
    record TimelineKey(RunFilter filter, Kind kind, String key, Granularity granularity, String timeZone) {
        List<Object> question() {
            return List.of(filter, kind, granularity, timeZone);
        }
    }

    @QueryMapping
    List<Breakdown> questionTypes(@Argument @Nullable RunFilterInput filter) {
        return entries(filter, Kind.QUESTION_TYPE);
    }

    @QueryMapping
    List<Breakdown> difficulties(@Argument @Nullable RunFilterInput filter) {
        return entries(filter, Kind.DIFFICULTY);
    }

    @QueryMapping
    List<Breakdown> errorCategories(@Argument @Nullable RunFilterInput filter) {
        return entries(filter, Kind.ERROR_CATEGORY);
    }

    @QueryMapping
    List<Breakdown> errorSeverities(@Argument @Nullable RunFilterInput filter) {
        return entries(filter, Kind.ERROR_SEVERITY);
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
                new TimelineKey(breakdown.filter(), breakdown.kind(), breakdown.key(), granularity, timeZone));
    }

    private List<Breakdown> entries(@Nullable RunFilterInput input, Kind kind) {
        RunFilter filter = arguments.filter(input);
        return breakdowns.entries(filter, kind).stream()
                .map(entry -> new Breakdown(entry, kind, filter))
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
