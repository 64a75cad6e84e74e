package dev.runledger.graphql;

import dev.runledger.analytics.RunAnalytics;
import dev.runledger.graphql.errors.ContractNames;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.graphql.paging.PageArguments;
import dev.runledger.graphql.paging.PageInfo;
import dev.runledger.graphql.paging.RunConnection;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.paging.RunList;
import dev.runledger.graphql.paging.RunPages;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.graphql.transport.Batches;
import dev.runledger.ledger.Heartbeats;
import dev.runledger.ledger.Run;
import dev.runledger.ledger.RunProgress;
import dev.runledger.metric.PipelineLoss;
import dev.runledger.metric.Rate;
import dev.runledger.report.ReportWarning;
import dev.runledger.search.RunFilter;
import dev.runledger.search.RunOrder;
import dev.runledger.search.Runs;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.DataFetchingFieldSelectionSet;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import org.springframework.stereotype.Controller;
import tools.jackson.databind.JsonNode;

/** Answers {@code run.graphqls}: one run, pages of runs, and what is derived from a run's numbers. */
@Controller
class RunController {

    private static final String PROGRESS = "Run.progress";
    private static final int MAX_BATCH = 1_000_000;

    private final Runs runs;
    private final RunAnalytics analytics;
    private final RunPages pages;
    private final Clock clock;

    RunController(
            Runs runs,
            RunAnalytics analytics,
            RunPages pages,
            Heartbeats heartbeats,
            Clock clock,
            BatchLoaderRegistry loaders) {
        this.runs = runs;
        this.analytics = analytics;
        this.pages = pages;
        this.clock = clock;
        Batches.<UUID, UUID, RunProgress>register(
                loaders, PROGRESS, id -> PROGRESS, id -> id, (one, ids) -> heartbeats.of(ids));
    }

    /** The rates of a run's counts, by the names of the reported ones. */
    record ComputedRates(
            @Nullable Double generationSuccessRate,
            @Nullable Double approvalRate,
            @Nullable Double duplicateRate,
            @Nullable Double overallSuccessRate) {}

    @QueryMapping
    @Nullable
    Run run(@Argument @Nullable UUID id, @Argument @Nullable String clientRunId) {
        if ((id == null) == (clientRunId == null)) {
            throw RequestFailure.badRequest("A run is asked for by id or by clientRunId: exactly one of them");
        }
        return id != null ? runs.find(id) : runs.findByClientRunId(ArgumentText.check("clientRunId", clientRunId));
    }

    @QueryMapping
    RunConnection runs(
            @Argument @Nullable RunFilterInput filter,
            @Argument RunOrder orderBy,
            @Argument @Nullable Integer first,
            @Argument @Nullable String after,
            @Argument @Nullable Integer last,
            @Argument @Nullable String before,
            DataFetchingFieldSelectionSet selection) {
        PageArguments page = PageArguments.of(first, after, last, before);
        RunList list = RunList.of(filter == null ? RunFilterInput.ALL : filter, orderBy, page, clock.instant());
        return selection.containsAnyOf("edges", "nodes", "pageInfo")
                ? pages.page(list, page)
                : new RunConnection(list, page, List.of(), false);
    }

    @SchemaMapping
    int totalCount(RunConnection page) {
        RunFilter filter = page.list().filter();
        return Math.toIntExact(QueryRun.once(List.of("totalCount", filter), () -> analytics.count(filter)));
    }

    @SchemaMapping
    PageInfo pageInfo(RunConnection page) {
        return page.pageInfo(pages);
    }

    @SchemaMapping
    boolean hasNextPage(PageInfo info) {
        return info.next().getAsBoolean();
    }

    @SchemaMapping
    boolean hasPreviousPage(PageInfo info) {
        return info.previous().getAsBoolean();
    }

    @SchemaMapping
    @Nullable
    JsonNode providerMetrics(Run run) {
        return whole(run, Run::getProviderMetrics, null);
    }

    @SchemaMapping
    @Nullable
    JsonNode typeMetrics(Run run) {
        return whole(run, Run::getTypeMetrics, null);
    }

    @SchemaMapping
    @Nullable
    JsonNode difficultyMetrics(Run run) {
        return whole(run, Run::getDifficultyMetrics, null);
    }

    @SchemaMapping
    @Nullable
    JsonNode errorSummary(Run run) {
        return whole(run, Run::getErrorSummary, null);
    }

    @SchemaMapping
    @Nullable
    JsonNode costByProvider(Run run) {
        return whole(run, Run::getCostByProvider, null);
    }

    @SchemaMapping
    @Nullable
    JsonNode metrics(Run run) {
        return whole(run, Run::getMetrics, null);
    }

    @SchemaMapping
    @Nullable
    JsonNode breakdowns(Run run) {
        return whole(run, Run::getBreakdowns, null);
    }

    /** What is read from the JSON of a run, which a list leaves out where it is large. */
    private <T> @Nullable T whole(Run run, Function<Run, @Nullable T> field, @Nullable T ofDeleted) {
        Run whole = runs.whole(run);
        return whole == null ? ofDeleted : field.apply(whole);
    }

    @SchemaMapping
    List<ProviderMetrics> providers(Run run) {
        return whole(run, ProviderMetrics::of, List.of());
    }

    @SchemaMapping
    @Nullable
    CompletableFuture<RunProgress> progress(Run run, DataFetchingEnvironment environment) {
        return run.getStatus().isFinal() ? null : Batches.load(environment, PROGRESS, run.getId());
    }

    @SchemaMapping
    List<RunBreakdowns.QuestionTypeCount> questionTypes(Run run) {
        return whole(run, RunBreakdowns::questionTypes, List.of());
    }

    @SchemaMapping
    List<RunBreakdowns.DifficultyCount> difficulties(Run run) {
        return whole(run, RunBreakdowns::difficulties, List.of());
    }

    @SchemaMapping
    RunBreakdowns.@Nullable RunErrors errors(Run run) {
        return whole(run, RunBreakdowns::errors, null);
    }

    @SchemaMapping
    @Nullable
    ComputedRates computedRates(Run run) {
        return run.hasFigures()
                ? new ComputedRates(
                        Rate.GENERATION_SUCCESS_RATE.of(run::count),
                        Rate.APPROVAL_RATE.of(run::count),
                        Rate.DUPLICATE_RATE.of(run::count),
                        Rate.OVERALL_SUCCESS_RATE.of(run::count))
                : null;
    }

    @SchemaMapping
    List<PipelineLoss> pipelineLosses(Run run) {
        return run.hasFigures() ? PipelineLoss.of(run::count) : List.of();
    }

    @SchemaMapping
    @Nullable
    Double durationPerBatch(Run run, @Argument int size) {
        if (size < 1 || size > MAX_BATCH) {
            throw RequestFailure.badRequest("size is %d, it must be 1 to %d".formatted(size, MAX_BATCH));
        }
        Double perQuestion = perQuestion(run.getDurationSeconds(), run.getQuestionsRequested());
        return perQuestion == null ? null : perQuestion * size;
    }

    @SchemaMapping
    @Nullable
    Double apiCallsPerInsertedQuestion(Run run) {
        return run.getTotalApiCalls() == 0
                ? null
                : perQuestion((double) run.getTotalApiCalls(), run.getQuestionsInserted());
    }

    @SchemaMapping
    @Nullable
    Double costPerInsertedQuestion(Run run) {
        return perQuestion(run.getTotalCostUsd(), run.getQuestionsInserted());
    }

    @SchemaMapping
    String field(ReportWarning warning) {
        return ContractNames.inSchema(warning.field());
    }

    @SchemaMapping
    String message(ReportWarning warning) {
        return ContractNames.inSchema(warning.message());
    }

    private static @Nullable Double perQuestion(@Nullable Double amount, int questions) {
        return amount == null ? null : Rate.share(amount, questions);
    }
}
