import { useMemo } from 'react';
import { hasFigures } from '../counts';
import { RowBars } from '../charts/RowBars';
import { format, formatTime, isolated, words, type Kind, type Value } from '../format';
import { FunnelPanel } from '../panels/FunnelPanel';
import { Page } from '../panels/Page';
import { Panel } from '../panels/Panel';
import { RunBeside, RunDiagnosis, usualFilter } from '../panels/RunDiagnosis';
import { RunNavigation } from '../panels/RunNavigation';
import { Status } from '../panels/Status';
import { Term, type Defined } from '../panels/Term';
import type { Run } from '../runStory';
import { root } from '../root';
import type { Table } from '../table';
import { useLive } from '../useLive';
import { useQuery, type Result } from '../useQuery';
import { runsAddress, useRunsOf, useView, type RunsOf, type View } from '../view';

const FACTS: Array<{ name: string; kind: Kind; defined: Defined; of: (run: Run) => Value }> = [
  { name: 'Began', kind: 'TIME', defined: 'Run.startedAt', of: (run) => run.startedAt },
  { name: 'Ended', kind: 'TIME', defined: 'Run.completedAt', of: (run) => run.completedAt },
  { name: 'Duration', kind: 'SECONDS', defined: 'Run.durationSeconds', of: (run) => run.durationSeconds },
  { name: 'Duration per 50 questions', kind: 'SECONDS', defined: 'Run.durationPerBatch', of: (run) => run.durationPerBatch },
  { name: 'Environment', kind: 'TEXT', defined: 'Run.environment', of: (run) => run.environment },
  { name: 'Trigger', kind: 'TEXT', defined: 'Run.triggeredBy', of: (run) => run.triggeredBy },
  { name: 'Prompt version', kind: 'TEXT', defined: 'Run.promptVersion', of: (run) => run.promptVersion },
  { name: 'Arbiter configuration', kind: 'TEXT', defined: 'Run.arbiterConfigVersion', of: (run) => run.arbiterConfigVersion },
  { name: 'Exit code', kind: 'COUNT', defined: 'Run.exitCode', of: (run) => run.exitCode },
  { name: 'Overall success', kind: 'SHARE', defined: 'Run.overallSuccessRate', of: (run) => run.overallSuccessRate },
  { name: 'Approval rate', kind: 'SHARE', defined: 'Run.approvalRate', of: (run) => run.approvalRate },
  { name: 'Duplicate rate', kind: 'SHARE', defined: 'Run.duplicateRate', of: (run) => run.duplicateRate },
  { name: 'Arbiter score', kind: 'SCORE', defined: 'Run.avgArbiterScore', of: (run) => run.avgArbiterScore },
  { name: 'Arbiter threshold', kind: 'SCORE', defined: 'Run.minArbiterScoreThreshold', of: (run) => run.minArbiterScoreThreshold },
  { name: 'API calls', kind: 'COUNT', defined: 'Run.totalApiCalls', of: (run) => run.totalApiCalls || null },
  { name: 'API calls per inserted question', kind: 'CALLS', defined: 'Run.apiCallsPerInsertedQuestion', of: (run) => run.apiCallsPerInsertedQuestion },
  { name: 'Cost', kind: 'USD', defined: 'Run.totalCostUsd', of: (run) => run.totalCostUsd },
  { name: 'Cost per inserted question', kind: 'USD', defined: 'Run.costPerInsertedQuestion', of: (run) => run.costPerInsertedQuestion },
  { name: 'Errors', kind: 'COUNT', defined: 'Run.totalErrors', of: (run) => (hasFigures(run) ? run.totalErrors : null) },
  { name: 'Input tokens', kind: 'COUNT', defined: 'Run.totalInputTokens', of: (run) => run.totalInputTokens },
  { name: 'Output tokens', kind: 'COUNT', defined: 'Run.totalOutputTokens', of: (run) => run.totalOutputTokens },
];

/** All that is known of one run. */
export default function RunPage({ id }: { id: string }) {
  const { view } = useView();
  const live = useLive({});
  const variables = { id };
  const result = useQuery('run', variables, live.turn);
  const run = result.data?.run;
  const { timeZone } = view;
  const missing = result.data !== null && run === null && result.errors.length === 0;
  return (
    <Page title={run ? `Run ${run.clientRunId ?? run.id}` : 'Run'} view={view} live={live} errors={result.errors}>
      {missing && <p className="state">No run goes by this id. Look for it among all <a href={`${root}runs?period=all`}>runs</a>.</p>}
      {!run && result.loading && <p className="state loading">Loading…</p>}
      {run && <RunNavigation run={run} view={view} turn={live.turn} />}
      {run && <Known run={run} view={view} turn={live.turn} panel={{ name: 'run', variables, timeZone, result }} />}
    </Page>
  );
}

function Known({ run, view, turn, panel }: { run: Run; view: View; turn: number | null; panel: { name: 'run'; variables: object; timeZone: string; result: Result<unknown> } }) {
  const like = usualFilter(run);
  const usual = useQuery('run-usual', like, turn);
  const counts = hasFigures(run) ? run : null;
  return (
    <>
      <p className="lead">
        <Status run={run} />
        <span className="note"> {[formatTime(run.startedAt, 'TIME', panel.timeZone), run.environment, run.triggeredBy, run.promptVersion].flatMap((each) => (each ? isolated(each) : [])).join(' · ')}</span>
        {run.stuckAt && <span className="note"> Declared stuck {formatTime(run.stuckAt, 'TIME', panel.timeZone)}{run.recovered && '; it ended after all'}.</span>}
      </p>
      {run.warnings.length > 0 && (
        <div className="warning" data-warnings={run.warnings.length}>
          <h2>Numbers that contradict each other</h2>
          <ul>{run.warnings.map(({ field, type, message }) => <li key={field + type}><code>{field}</code>: {message}</li>)}</ul>
        </div>
      )}
      <div className="panels">
        <RunDiagnosis run={run} usual={usual.data} timeZone={panel.timeZone} />
        {/* Beside each other, whether one of them is there or two. */}
        <div className="stack">
          <Counted {...panel} id="run-error-categories" title="Errors by category" of={(run.errors?.byCategory ?? []).map((each) => [each.category, each.errors])} color="failed" runsOf={(category) => ({ category })} />
          <Counted {...panel} id="run-error-severities" title="Errors by severity" of={(run.errors?.bySeverity ?? []).map((each) => [each.severity, each.errors])} color="failed" />
        </div>
        {counts && <FunnelPanel {...panel} id="run-funnel" counts={counts} losses={run.pipelineLosses} />}
        <RunBeside run={run} usual={usual.data} variables={like} timeZone={panel.timeZone} result={usual} />
        {run.providers.length > 0 && <Panel {...panel} id="run-providers" title="Providers" table={providersOf(run, (provider) => runsAddress(view, { provider }))} wide open />}
        <Panel {...panel} id="run-facts" title="Facts" table={factsOf(run)} wide>
          <dl className="facts">
            {FACTS.map(({ name, kind, defined, of }) => (
              <div key={name}><dt><Term of={defined}>{name}</Term></dt><dd>{format(of(run), kind, panel.timeZone)}</dd></div>
            ))}
          </dl>
        </Panel>
        <Counted {...panel} id="run-question-types" title="Question types" of={run.questionTypes.map((each) => [each.questionType, each.questions])} />
        <Counted {...panel} id="run-difficulties" title="Difficulties" of={run.difficulties.map((each) => [each.difficulty, each.questions])} />
        <Own {...panel} id="run-metrics" title="Metrics of the reporter's own" columns={['Metric', 'Figure', 'Value']} of={run.metrics ? rowsOf(run.metrics) : []} />
        <Own {...panel} id="run-breakdowns" title="Breakdowns of the reporter's own" columns={['Dimension', 'Name', 'Figure', 'Value']} of={run.breakdowns ? rowsOf(run.breakdowns) : []} />
      </div>
      <details className="panel raw">
        <summary>Raw JSON, as GraphQL answers it</summary>
        <pre tabIndex={0} data-raw>{JSON.stringify(run, null, 2)}</pre>
      </details>
    </>
  );
}

/** Of names, that are drawn: a run may report any number. */
const MOST_BARS = 20;

type CountedProps = { name: 'run'; id: string; title: string; variables: object; timeZone: string; result: Result<unknown>; of: Array<[string, number | null]>; color?: 'failed'; runsOf?: (name: string) => RunsOf };

/** A breakdown of the run, if it reports any. */
function Counted({ of: all, color, runsOf, ...panel }: CountedProps) {
  const addressOf = useRunsOf();
  const of = [...all].sort((a, b) => (b[1] ?? 0) - (a[1] ?? 0)).slice(0, MOST_BARS);
  const known = JSON.stringify(of);
  const bars = useMemo(
    () => (JSON.parse(known) as CountedProps['of']).map(([name, count]) => ({ name: words(name), value: count ?? 0, text: format(count, 'COUNT'), ...(color && { color }) })),
    [known, color],
  );
  if (of.length === 0) return null;
  const table: Table = { columns: [{ name: 'Name', kind: 'TEXT' }, { name: 'Count', kind: 'COUNT' }], rows: all.map(([name, count]) => [runsOf ? { value: name, kind: 'TEXT', href: addressOf(runsOf(name)) } : name, count]) };
  return (
    <Panel {...panel} table={table} chart>
      <RowBars label={panel.title} bars={bars} kind="COUNT" addressOf={runsOf && ((bar) => addressOf(runsOf(of[bar]![0])))} />
      {all.length > of.length && <p className="note">The {of.length} largest of {all.length}; the table has all.</p>}
    </Panel>
  );
}

type OwnProps = { name: 'run'; id: string; title: string; variables: object; timeZone: string; result: Result<unknown>; columns: string[]; of: Value[][] };

/** What a reporter sends under names of its own, if it does. */
function Own({ columns, of, ...panel }: OwnProps) {
  if (of.length === 0) return null;
  return <Panel {...panel} table={{ columns: columns.map((name) => ({ name, kind: name === 'Value' ? 'COUNT' : 'TEXT' })), rows: of }} open />;
}

/** An object of objects as rows: the names on the way, and the value at its end. */
function rowsOf(of: unknown): Value[][] {
  if (of === null || typeof of !== 'object') return [[typeof of === 'number' ? of : String(of)]];
  return Object.entries(of).flatMap(([name, value]) => rowsOf(value).map((rest) => [name, ...rest]));
}

function factsOf(run: Run): Table {
  return {
    columns: [{ name: 'Fact', kind: 'TEXT' }, { name: 'Value', kind: 'TEXT' }],
    rows: FACTS.map(({ name, kind, of }) => [name, { value: of(run), kind }]),
  };
}

function providersOf({ providers }: Run, runsOf: (provider: string) => string): Table {
  return {
    columns: [
      { name: 'Provider', kind: 'TEXT' },
      { name: 'Generated', kind: 'COUNT' },
      { name: 'Failures', kind: 'COUNT' },
      { name: 'API calls', kind: 'COUNT' },
      { name: 'Evaluated', kind: 'COUNT' },
      { name: 'Approved', kind: 'COUNT' },
      { name: 'Inserted', kind: 'COUNT' },
      { name: 'Cost', kind: 'USD' },
    ],
    rows: providers.map((of) => [{ value: of.provider, kind: 'TEXT' as const, href: runsOf(of.provider) }, of.generated, of.failures, of.apiCalls, of.evaluated, of.approved, of.inserted, of.totalCostUsd]),
  };
}
