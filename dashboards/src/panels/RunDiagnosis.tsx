import { useState } from 'react';
import { evidenceInWords } from '../alertWords';
import { hasFigures, stagesOf } from '../counts';
import { format, formatDifference, formatTime, METRICS, type Kind } from '../format';
import type { Comparable, Queries } from '../queries/generated';
import { root } from '../root';
import { follow, useAddress } from '../router';
import { storyOf, type Run } from '../runStory';
import type { Cell, Table } from '../table';
import { isUnusual, usualOf } from '../usual';
import { useQuery, type Result } from '../useQuery';
import { changeAddress, FINISHED, runAddress } from '../view';
import { Panel } from './Panel';

type Measure = { name: string; kind: Kind; of: (run: Omit<Comparable, 'id' | 'clientRunId' | 'startedAt'>) => number | null };

const MEASURES: Measure[] = [
  { name: 'Duration', kind: 'SECONDS', of: (run) => run.durationSeconds },
  { name: 'Questions requested', kind: 'COUNT', of: (run) => (run.status === 'RUNNING' ? null : run.questionsRequested) },
  { name: 'Questions inserted', kind: 'COUNT', of: (run) => (hasFigures(run) ? run.questionsInserted : null) },
  { name: METRICS.GENERATION_SUCCESS_RATE!, kind: 'SHARE', of: (run) => (stagesOf(run).Generated === null ? null : (run.computedRates?.generationSuccessRate ?? null)) },
  { name: METRICS.OVERALL_SUCCESS_RATE!, kind: 'SHARE', of: (run) => (hasFigures(run) ? (run.computedRates?.overallSuccessRate ?? null) : null) },
  { name: METRICS.APPROVAL_RATE!, kind: 'SHARE', of: (run) => run.computedRates?.approvalRate ?? null },
  { name: METRICS.ARBITER_SCORE!, kind: 'SCORE', of: (run) => run.avgArbiterScore },
  { name: METRICS.DUPLICATE_RATE!, kind: 'SHARE', of: (run) => run.computedRates?.duplicateRate ?? null },
  { name: 'Errors', kind: 'COUNT', of: (run) => (hasFigures(run) ? run.totalErrors : null) },
  { name: METRICS.API_CALLS_PER_INSERTED_QUESTION!, kind: 'CALLS', of: (run) => run.apiCallsPerInsertedQuestion },
  { name: METRICS.COST_PER_INSERTED_QUESTION!, kind: 'USD', of: (run) => run.costPerInsertedQuestion },
  { name: 'Cost', kind: 'USD', of: (run) => run.totalCostUsd },
  { name: 'Input tokens', kind: 'COUNT', of: (run) => run.totalInputTokens },
  { name: 'Output tokens', kind: 'COUNT', of: (run) => run.totalOutputTokens },
];

/** The last runs like one: of its environment, trigger and prompt version, before it. */
export function usualFilter({ startedAt, environment, triggeredBy, promptVersion }: Run) {
  return {
    usual: {
      to: startedAt,
      statuses: FINISHED.split(',') as Run['status'][],
      ...(environment && { environments: [environment] }),
      ...(triggeredBy && { triggers: [triggeredBy] }),
      ...(promptVersion && { promptVersions: [promptVersion] }),
    },
  };
}

type Data = Queries['run-usual']['data'];

/** What happened, what is unusual about it, and the alerts that it had a part in. */
export function RunDiagnosis({ run, usual, timeZone }: { run: Run; usual: Data | null; timeZone: string }) {
  const like = usual?.usual?.nodes ?? [];
  const strange = MEASURES.flatMap(({ name, kind, of }) => {
    const [value, others] = [of(run), like.flatMap((each) => of(each) ?? [])];
    const range = usualOf(others);
    return value !== null && range && isUnusual(value, others) ? [{ name, text: `${format(value, kind)}, usually ${format(range.median, kind)} (${format(range.low, kind)} to ${format(range.high, kind)})` }] : [];
  });
  const alerts = (usual?.alerts?.nodes ?? []).filter(({ firedBy, evidence }) => firedBy?.id === run.id || evidence.runIds.includes(run.id));
  return (
    <section className="panel wide diagnosis" aria-labelledby="diagnosis">
      <h2 id="diagnosis">What happened</h2>
      <p className="story">{storyOf(run, new Date())}</p>
      {strange.length > 0 && (
        <>
          <h3>Unusual against the last {like.length} runs like it</h3>
          <ul className="unusual">{strange.map(({ name, text }) => <li key={name}><strong>{name}</strong>: {text}</li>)}</ul>
        </>
      )}
      {usual && strange.length === 0 && (
        <p className="note">{usualOf(like.map(() => 0)) ? `Nothing is unusual against the last ${like.length} runs of the same environment, trigger and prompt version.` : 'There are too few runs like it to say what is usual.'}</p>
      )}
      {alerts.length > 0 && (
        <ul className="unusual" aria-label="Alerts that the run had a part in">
          {alerts.map(({ id, firedAt, resolvedAt, rule, evidence }) => (
            <li key={id}>
              <a href={`${root}alerts`} onClick={follow}>{rule.name}</a> fired {formatTime(firedAt, 'TIME', timeZone)}: {evidenceInWords(rule.definition, evidence)}{resolvedAt ? `; resolved ${formatTime(resolvedAt, 'TIME', timeZone)}` : '; it still fires'}.
            </li>
          ))}
        </ul>
      )}
      <p className="ids">
        <Copy name="id" text={run.id} />
        {run.clientRunId && <Copy name="name" text={run.clientRunId} />}
      </p>
    </section>
  );
}

function Copy({ name, text }: { name: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard?.writeText(text).then(() => setCopied(true), () => {});
  return (
    <span>
      <code>{text}</code> <button type="button" onClick={() => void copy()} aria-label={`Copy the ${name}`}>{copied ? 'Copied' : `Copy ${name}`}</button>
    </span>
  );
}

type Beside = { run: Run; usual: Data | null; variables: object; timeZone: string; result: Result<unknown> };

/** A run against its usual, and beside another run if one is chosen. */
export function RunBeside({ run, usual, ...panel }: Beside) {
  const { searchParams } = useAddress();
  const id = searchParams.get('with');
  const { data } = useQuery('run-other', { id: id ?? '' }, id && /^[0-9a-f-]{36}$/.test(id) ? 0 : null);
  const other = id ? data?.other : null;
  const like = usual?.usual?.nodes ?? [];
  const title = (each: { clientRunId: string | null; startedAt: string }) => `${formatTime(each.startedAt, 'TIME', panel.timeZone)}${each.clientRunId ? ` · ${each.clientRunId}` : ''}`;
  return (
    <Panel {...panel} name="run-usual" id="run-beside" title="Against its usual" table={tableOf(run, like, other)} wide open before={
      <div className="filters">
        <label>
          Another run beside it
          <select name="with" value={id ?? ''} onChange={(event) => changeAddress({ with: event.target.value || null })}>
            <option value="">None</option>
            {id && !like.some((each) => each.id === id) && <option value={id}>{other ? title(other) : id}</option>}
            {like.map((each) => <option key={each.id} value={each.id}>{title(each)}</option>)}
          </select>
        </label>
        {other && <a href={runAddress(other.id, searchParams)} onClick={follow}>Open the other run</a>}
        {id && data && !other && <p className="note worse" role="alert">No run goes by the id of the other.</p>}
      </div>
    } />
  );
}

function tableOf(run: Run, like: Comparable[], other: Comparable | null | undefined): Table {
  return {
    columns: [
      { name: 'Figure', kind: 'TEXT' },
      { name: 'This run', kind: 'COUNT' },
      { name: 'Usually', kind: 'COUNT' },
      { name: 'Nine in ten from', kind: 'COUNT' },
      { name: 'to', kind: 'COUNT' },
      { name: 'Unusual', kind: 'TEXT' },
      ...(other ? ([{ name: 'Other run', kind: 'COUNT' }, { name: 'Difference', kind: 'TEXT' }] as const) : []),
    ],
    rows: MEASURES.map(({ name, kind, of }) => {
      const [value, others] = [of(run), like.flatMap((each) => of(each) ?? [])];
      const range = usualOf(others);
      const cell = (each: number | null | undefined): Cell => ({ value: each ?? null, kind });
      const theirs = other ? of(other) : null;
      const difference = value === null || theirs === null ? null : formatDifference(value - theirs, kind);
      return [
        name, cell(value), cell(range?.median), cell(range?.low), cell(range?.high), value !== null && range ? (isUnusual(value, others) ? 'unusual' : 'no') : null,
        ...(other ? [cell(theirs), difference] : []),
      ];
    }),
  };
}
