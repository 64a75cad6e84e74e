import { useState } from 'react';
import { evidenceInWords } from '../alertWords';
import { hasFigures, stagesOf } from '../counts';
import { format, formatDifference, formatTime, METRICS, STATUSES, words, type Kind } from '../format';
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
type Other = Queries['run-other']['data']['other'];

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
      {usual && strange.length === 0 && <p className="note">{nothingStrange(run, like)}</p>}
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

/** What is known, and no more: a run that goes on has no figures yet. */
function nothingStrange({ status, startedAt }: Run, like: Comparable[]): string {
  if (!usualOf(like.map(() => 0))) return 'There are too few runs like it to say what is usual.';
  if (status !== 'RUNNING') return `Nothing is unusual against the last ${like.length} runs of the same environment, trigger and prompt version.`;
  const usual = usualOf(like.flatMap(({ durationSeconds }) => durationSeconds ?? []));
  if (!usual) return 'Runs like it do not say how long they take.';
  const longer = Date.now() - Date.parse(startedAt) > usual.high * 1000 ? 'That is longer than usual: runs' : 'Runs';
  return `${longer} like it take ${format(usual.median, 'SECONDS')}, nine in ten ${format(usual.low, 'SECONDS')} to ${format(usual.high, 'SECONDS')}.`;
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
    <Panel {...panel} name="run-usual" id="run-beside" title={other ? `Beside ${other.clientRunId ?? other.id}, and its usual` : 'Against its usual'} table={tableOf(run, like, other)} wide open before={
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

const FACTS: Array<{ name: string; of: (run: Run | NonNullable<Other>) => string | null }> = [
  { name: 'Status', of: ({ status }) => STATUSES[status] },
  { name: 'Environment', of: ({ environment }) => environment },
  { name: 'Trigger', of: ({ triggeredBy }) => triggeredBy },
  { name: 'Prompt version', of: ({ promptVersion }) => promptVersion },
  { name: 'Arbiter configuration', of: ({ arbiterConfigVersion }) => arbiterConfigVersion },
];

/** Of error categories and providers, that two runs are compared by: a run may report any number. */
const MOST_NAMES = 10;

function tableOf(run: Run, like: Comparable[], other: Other | undefined): Table {
  const beside = (...cells: [Cell, string | null]) => (other ? cells : []);
  return {
    columns: [
      { name: 'Figure', kind: 'TEXT' },
      { name: 'This run', kind: 'COUNT' },
      ...(other ? ([{ name: 'Other run', kind: 'COUNT' }, { name: 'Difference', kind: 'COUNT' }] as const) : []),
      { name: 'Usually', kind: 'COUNT' },
      { name: 'Nine in ten from', kind: 'COUNT' },
      { name: 'to', kind: 'COUNT' },
      { name: 'Unusual', kind: 'TEXT' },
    ],
    rows: [
      ...(other ? FACTS.map(({ name, of }) => [name, of(run), of(other), of(run) === of(other) ? 'same' : 'differs', '', '', '', '']) : []),
      ...MEASURES.map(({ name, kind, of }) => {
        const [value, others] = [of(run), like.flatMap((each) => of(each) ?? [])];
        const range = usualOf(others);
        const cell = (each: number | null | undefined): Cell => ({ value: each ?? null, kind });
        const theirs = other ? of(other) : null;
        const difference = value === null || theirs === null ? null : formatDifference(value - theirs, kind);
        return [
          name, cell(value), ...beside(cell(theirs), difference), cell(range?.median), cell(range?.low), cell(range?.high), value !== null && range ? (isUnusual(value, others) ? 'unusual' : 'usual') : null,
        ];
      }),
      ...(other ? [...namedOf(errorsOf(run), errorsOf(other), (name) => `Errors: ${words(name)}`), ...namedOf(failuresOf(run), failuresOf(other), (name) => `Failures of ${name}`)] : []),
    ],
  };
}

const errorsOf = ({ errors }: { errors: { byCategory: Array<{ category: string; errors: number | null }> } | null }) => new Map((errors?.byCategory ?? []).map((each) => [each.category, each.errors]));
const failuresOf = ({ providers }: { providers: Array<{ provider: string; failures: number | null }> }) => new Map(providers.map((each) => [each.provider, each.failures]));

/** What both runs count by name, the largest first. What only one of them names, the other has none of. */
function namedOf(these: Map<string, number | null>, those: Map<string, number | null>, name: (of: string) => string): Table['rows'] {
  const most = (of: string) => Math.max(these.get(of) ?? 0, those.get(of) ?? 0);
  const names = [...new Set([...these.keys(), ...those.keys()])].sort((a, b) => most(b) - most(a)).slice(0, MOST_NAMES);
  return names.map((of) => {
    const [mine, theirs] = [these, those].map((counts) => (counts.size === 0 ? null : counts.has(of) ? counts.get(of)! : 0)) as [number | null, number | null];
    return [name(of), mine, theirs, mine === null || theirs === null ? null : formatDifference(mine - theirs, 'COUNT'), '', '', '', ''];
  });
}
