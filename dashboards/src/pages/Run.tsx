import { useMemo } from 'react';
import { RowBars } from '../charts/RowBars';
import { format, formatTime, words, type Kind, type Value } from '../format';
import { FunnelPanel } from '../panels/FunnelPanel';
import { Page } from '../panels/Page';
import { Panel } from '../panels/Panel';
import { Status } from '../panels/Status';
import type { Queries } from '../queries/generated';
import { root } from '../root';
import type { Table } from '../table';
import { useLive } from '../useLive';
import { useQuery, type Result } from '../useQuery';
import { useView } from '../view';

type Run = NonNullable<Queries['run']['data']['run']>;

const FACTS: Array<{ name: string; kind: Kind; of: (run: Run) => Value }> = [
  { name: 'Began', kind: 'TIME', of: (run) => run.startedAt },
  { name: 'Ended', kind: 'TIME', of: (run) => run.completedAt },
  { name: 'Duration', kind: 'SECONDS', of: (run) => run.durationSeconds },
  { name: 'Duration per 50 questions', kind: 'SECONDS', of: (run) => run.durationPerBatch },
  { name: 'Environment', kind: 'TEXT', of: (run) => run.environment },
  { name: 'Trigger', kind: 'TEXT', of: (run) => run.triggeredBy },
  { name: 'Prompt version', kind: 'TEXT', of: (run) => run.promptVersion },
  { name: 'Arbiter configuration', kind: 'TEXT', of: (run) => run.arbiterConfigVersion },
  { name: 'Exit code', kind: 'COUNT', of: (run) => run.exitCode },
  { name: 'Overall success', kind: 'SHARE', of: (run) => run.overallSuccessRate },
  { name: 'Approval rate', kind: 'SHARE', of: (run) => run.approvalRate },
  { name: 'Duplicate rate', kind: 'SHARE', of: (run) => run.duplicateRate },
  { name: 'Arbiter score', kind: 'SCORE', of: (run) => run.avgArbiterScore },
  { name: 'Arbiter threshold', kind: 'SCORE', of: (run) => run.minArbiterScoreThreshold },
  { name: 'API calls', kind: 'COUNT', of: (run) => run.totalApiCalls },
  { name: 'API calls per inserted question', kind: 'CALLS', of: (run) => run.apiCallsPerInsertedQuestion },
  { name: 'Cost', kind: 'USD', of: (run) => run.totalCostUsd },
  { name: 'Cost per inserted question', kind: 'USD', of: (run) => run.costPerInsertedQuestion },
  { name: 'Errors', kind: 'COUNT', of: (run) => run.totalErrors },
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
    <Page title={run ? `Run ${run.clientRunId ?? run.id}` : 'Run'} live={live} errors={result.errors}>
      {missing && <p className="state">No run goes by this id. Look for it among all <a href={`${root}runs?period=all`}>runs</a>.</p>}
      {!run && result.loading && <p className="state loading">Loading…</p>}
      {run && <Known run={run} panel={{ name: 'run', variables, timeZone, result }} />}
    </Page>
  );
}

function Known({ run, panel }: { run: Run; panel: { name: 'run'; variables: object; timeZone: string; result: Result<unknown> } }) {
  const counts = run.pipelineLosses.length > 0 ? run : null;
  return (
    <>
      <p className="lead">
        <Status run={run} />
        {run.stuckAt && <span className="note"> Declared stuck {formatTime(run.stuckAt, 'TIME', panel.timeZone)}{run.recovered && '; it ended after all'}.</span>}
      </p>
      {run.warnings.length > 0 && (
        <div className="warning" data-warnings={run.warnings.length}>
          <h2>Numbers that contradict each other</h2>
          <ul>{run.warnings.map(({ field, type, message }) => <li key={field + type}><code>{field}</code>: {message}</li>)}</ul>
        </div>
      )}
      <div className="panels">
        <Panel {...panel} id="run-facts" title="Facts" table={factsOf(run)} wide>
          <dl className="facts">
            {FACTS.map(({ name, kind, of }) => (
              <div key={name}><dt>{name}</dt><dd>{format(of(run), kind, panel.timeZone)}</dd></div>
            ))}
          </dl>
        </Panel>
        {counts && <FunnelPanel {...panel} id="run-funnel" counts={counts} losses={run.pipelineLosses} />}
        <Counted {...panel} id="run-question-types" title="Question types" of={run.questionTypes.map((each) => [each.questionType, each.questions])} />
        {run.providers.length > 0 && <Panel {...panel} id="run-providers" title="Providers" table={providersOf(run)} wide open />}
        <Counted {...panel} id="run-difficulties" title="Difficulties" of={run.difficulties.map((each) => [each.difficulty, each.questions])} />
        <Counted {...panel} id="run-error-categories" title="Errors by category" of={(run.errors?.byCategory ?? []).map((each) => [each.category, each.errors])} />
        <Counted {...panel} id="run-error-severities" title="Errors by severity" of={(run.errors?.bySeverity ?? []).map((each) => [each.severity, each.errors])} />
      </div>
      <details className="panel raw">
        <summary>Raw JSON, as GraphQL answers it</summary>
        <pre tabIndex={0} data-raw>{JSON.stringify(run, null, 2)}</pre>
      </details>
    </>
  );
}

type CountedProps = { name: 'run'; id: string; title: string; variables: object; timeZone: string; result: Result<unknown>; of: Array<[string, number | null]> };

/** A breakdown of the run, if it reports any. */
function Counted({ of, ...panel }: CountedProps) {
  const known = JSON.stringify(of);
  const bars = useMemo(
    () => (JSON.parse(known) as CountedProps['of']).map(([name, count]) => ({ name: words(name), value: count ?? 0, text: format(count, 'COUNT') })),
    [known],
  );
  if (of.length === 0) return null;
  const table: Table = { columns: [{ name: 'Name', kind: 'TEXT' }, { name: 'Count', kind: 'COUNT' }], rows: of };
  return (
    <Panel {...panel} table={table} chart>
      <RowBars label={panel.title} bars={bars} kind="COUNT" />
    </Panel>
  );
}

function factsOf(run: Run): Table {
  return {
    columns: [{ name: 'Fact', kind: 'TEXT' }, { name: 'Value', kind: 'TEXT' }],
    rows: FACTS.map(({ name, kind, of }) => [name, { value: of(run), kind }]),
  };
}

function providersOf({ providers }: Run): Table {
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
    rows: providers.map((of) => [of.provider, of.generated, of.failures, of.apiCalls, of.evaluated, of.approved, of.inserted, of.totalCostUsd]),
  };
}
