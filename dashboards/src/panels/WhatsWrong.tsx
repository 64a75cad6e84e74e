import { useMemo, type ReactNode } from 'react';
import { evidenceInWords, metricName } from '../alertWords';
import { variablesOf } from '../client';
import { isCounted } from '../counts';
import { age, counted, format, formatDifference, formatTime, words } from '../format';
import { clearMovements, type Moved } from '../movements';
import type { Movement, Queries } from '../queries/generated';
import { root } from '../root';
import { silenceOf } from '../silence';
import { follow } from '../router';
import { useQuery } from '../useQuery';
import { FINISHED, runsAddress, type filtersOf, type RunsOf, type View } from '../view';
import { clickIn, QueryLink } from './Panel';

type Data = Queries['whats-wrong']['data'];
type Own = Queries['own-movements']['data'];
type Line = { key: string; tone: 'worse' | 'unsure'; href: string; text: string; more?: ReactNode };

const LONG_STREAK = 3;
const MOST_MOVEMENTS = 3;
const MOST_PARTS = 4;
const MOST_CAUSES = 5;
/** As many metrics as one trend takes. */
const MOST_OWN = 10;

/** What may need somebody now, in words, the worst first; each line leads to its runs. */
export default function WhatsWrong({ view, filters, turn }: { view: View; filters: ReturnType<typeof filtersOf>; turn: number | null }) {
  const { data, errors, loading } = useQuery('whats-wrong', filters, turn);
  const asked = useMemo(() => (data ? ownVariables(data) : null), [data]);
  const own = useQuery('own-movements', { ...filters, ...(asked ?? NO_OWN) }, asked ? turn : null);
  const isWhole = asked === null || own.data !== null || own.errors.length > 0;
  const lines = data && isWhole ? linesOf(data, own.data, view, Date.now()) : null;
  return (
    <section className="panel wide wrong" data-summary="whats-wrong" aria-labelledby="whats-wrong" aria-busy={loading || own.loading && asked !== null} onClickCapture={(event) => clickIn({ name: 'whats-wrong', title: 'What is wrong now', variables: variablesOf('whats-wrong', filters) }, event)}>
      <h2 id="whats-wrong">What is wrong now</h2>
      {lines && lines.length > 0 && (
        <ol>
          {lines.map(({ key, tone, href, text, more }) => (
            <li key={key} className={tone} data-kind={key.split(' ')[0]}>
              <a href={href} onClick={follow}>{text}</a>
              {more && <span className="note">{more}</span>}
            </li>
          ))}
        </ol>
      )}
      {lines?.length === 0 && <p className="nothing">{nothing(data!, view)}</p>}
      {!lines && <p className={loading || data ? 'state loading' : 'state'}>{loading || data ? 'Loading…' : 'It cannot be said without an answer of the server.'}</p>}
      {lines && errors.length + own.errors.length > 0 && <p className="note worse">Not all of it could be looked at: {[...errors, ...own.errors].join(' ')}</p>}
      <p className="panel-actions"><QueryLink name="whats-wrong" variables={filters} label="Open What is wrong now in GraphiQL">GraphiQL</QueryLink></p>
    </section>
  );
}

function nothing({ summary }: Data, { environments }: View): string {
  const runs = summary?.provenance.runs ?? 0;
  const alert = environments.length > 0 ? 'no alert about them fires' : 'no alert fires';
  if (runs === 0) return 'No run began in this period, so nothing can be said of it; no alert fires and no run is stuck.';
  return `Nothing, as far as ${counted(runs, 'run')} can tell: ${alert}, no run is stuck or failed within 24 hours, and no metric moves for the worse by more than noise.`;
}

/** Those of reporters of which somebody has said which way is better, the ones reported last first: as many as one query takes. */
function ownMetrics({ metrics }: Data): string[] {
  const own = (metrics ?? []).filter(({ isBuiltIn, isOfRuns, polarity, lastSeen }) => !isBuiltIn && isOfRuns && polarity !== 'UNKNOWN' && lastSeen !== null);
  return own.sort((a, b) => b.lastSeen!.localeCompare(a.lastSeen!)).slice(0, MOST_OWN).map(({ metric }) => metric);
}

/** What reporters break down by themselves, as the latest runs have it. */
function ownDimensions({ latest }: Data): string[] {
  const names = (latest?.nodes ?? []).flatMap(({ breakdowns }) => Object.keys((breakdowns ?? {}) as object));
  return [...new Set(names)].filter((name) => !['provider', 'type', 'difficulty'].includes(name)).sort();
}

/** What to ask in a second query, as the first says that there is something; null if there is nothing. */
function ownVariables(data: Data) {
  const [metrics, names] = [ownMetrics(data), ownDimensions(data)];
  if (metrics.length + names.length === 0) return null;
  const [d1, d2, d3, d4, d5] = names;
  return { metrics, hasMetrics: metrics.length > 0, d1, d2, d3, d4, d5, has1: !!d1, has2: !!d2, has3: !!d3, has4: !!d4, has5: !!d5 };
}

const NO_OWN = { metrics: [], hasMetrics: false, has1: false, has2: false, has3: false, has4: false, has5: false };

function linesOf(data: Data, own: Own | null, view: View, now: number): Line[] {
  const runs = (of: RunsOf) => runsAddress(view, of);
  const lastDay = (of: RunsOf) => runs({ period: '24h', ...of });
  const since = (moment: string) => age((now - Date.parse(moment)) / 1000);
  return [...alerts(data, view), ...stuck(data, view, since), ...failures(data, lastDay), ...silent(data, runs, new Date(now)), ...streak(data, runs), ...movements(data, own, (of) => runsAddress(movingIn(view), of)), ...partly(data, lastDay)];
}

/** The view of what moves: no more than the last of a long period. */
const movingIn = (view: View): View => (['365d', 'all'].includes(view.period) ? { ...view, period: '90d' } : view);

function alerts({ firing }: Data, view: View): Line[] {
  return (firing?.nodes ?? []).filter((alert) => concerns(alert, view.environments)).map(({ id, firedAt, acknowledgedBy, rule, evidence }) => {
    const last = evidence.runIds.at(-1);
    const zone = view.timeZone === 'UTC' ? '' : `?${new URLSearchParams({ tz: view.timeZone })}`;
    const silent = rule.definition?.kind === 'MISSING';
    return {
      key: `alert ${id}`,
      tone: 'worse',
      href: last ? `${root}runs/${last}${zone}` : runsAddress(view),
      text: `${rule.name} fires since ${formatTime(firedAt, 'TIME', view.timeZone)}`,
      more: <>: {silent ? 'no run began when one should have' : evidenceInWords(rule.definition, evidence)}{acknowledgedBy && `; ${acknowledgedBy} takes care of it`}. <a href={`${root}alerts${zone}`} onClick={follow}>Alerts</a></>,
    };
  });
}

/** Whether an alert is about an environment that is shown, as far as its rule says which. */
function concerns({ group, rule }: NonNullable<NonNullable<Data['firing']>['nodes']>[number], shown: string[]): boolean {
  if (shown.length === 0 || !rule.definition) return true;
  if (rule.definition.groupBy === 'ENVIRONMENT') return group !== null && shown.includes(group);
  const { environments } = (rule.definition.filter ?? {}) as { environments?: string[] };
  return !environments?.length || environments.some((each) => shown.includes(each));
}

function stuck({ openRuns }: Data, view: View, since: (moment: string) => string): Line[] {
  return (openRuns?.nodes ?? [])
    .filter(({ stuckAt }) => stuckAt)
    .map(({ id, clientRunId, startedAt }) => ({
      key: `stuck ${id}`,
      tone: 'worse',
      href: runsAddress(view, {}).replace(/runs\?/, `runs/${id}?`),
      text: `${clientRunId ?? id} is stuck`,
      more: <> for {since(startedAt)} since it began.</>,
    }));
}

function failures({ failedRuns, failedBy }: Data, lastDay: (of: RunsOf) => string): Line[] {
  const failed = failedRuns?.totalCount ?? 0;
  if (failed === 0) return [];
  const causes = [...(failedBy ?? [])].sort((a, b) => b.runs - a.runs || b.count - a.count);
  const rest = causes.length - MOST_CAUSES;
  const named = causes.slice(0, MOST_CAUSES).map(({ key, count, runs }, i) => (
    <span key={key}>{i > 0 && ', '}<a href={lastDay({ status: 'FAILED', category: key })} onClick={follow}>{words(key)}</a> in {format(runs, 'COUNT')} ({counted(count, 'error')})</span>
  ));
  return [{
    key: 'failures',
    tone: 'worse',
    href: lastDay({ status: 'FAILED' }),
    text: `${counted(failed, 'run')} failed in the last 24 hours`,
    more: named.length > 0 ? <>: {named}{rest > 0 && `, and ${counted(rest, 'more category', 'more categories')}`}.</> : ', and none reports an error by category.',
  }];
}

/** What ran regularly and does not any more, by trigger and by environment. */
function silent({ triggerHours, environmentHours, openRuns }: Data, runs: (of: RunsOf) => string, now: Date): Line[] {
  const open = openRuns?.nodes ?? [];
  const of = (by: 'trigger' | 'environment', series: Data['triggerHours'], nameOf: (run: (typeof open)[number]) => string | null) =>
    (series ?? []).flatMap(({ key, points }): Line[] => {
      const last = open.filter((run) => nameOf(run) === key).at(-1)?.startedAt;
      const silence = key === null ? null : silenceOf(points, now, last);
      return silence
        ? [{
            key: `silent ${by} ${key}`,
            tone: 'worse',
            href: runs({ period: '30d', [by]: key! }),
            text: `No run ${by === 'trigger' ? 'by' : 'in'} ${key} for ${age(silence.seconds)}`,
            more: <>; the longest pause of the last fortnight was {age(silence.longestBefore)}.</>,
          }]
        : [];
    });
  return [...of('trigger', triggerHours, (run) => run.triggeredBy), ...of('environment', environmentHours, (run) => run.environment)];
}

function streak({ summary }: Data, runs: (of: RunsOf) => string): Line[] {
  const current = summary && isCounted(summary.counts) ? summary.streaks.current : 0;
  return current < LONG_STREAK ? [] : [{ key: 'streak', tone: 'worse', href: runs({ status: FINISHED }), text: `The last ${current} runs each inserted less than half of what was requested` }];
}

type Looked = Movement & { by?: keyof RunsOf; of?: 'category' | 'severity' };

/** Every series that is looked at, those of parts with what they are parts by; a part that is the whole is looked at once. */
function lookedAt(data: Data, own: Own | null): Looked[] {
  const whole = [data.quality, data.effort, own?.own].flatMap((series) => series ?? []);
  const known = new Set(whole.map(nameless));
  const parts = (more: Omit<Looked, keyof Movement>, ...series: Array<Movement[] | null | undefined>) =>
    series.flatMap((each) => (each ?? []).filter((moved) => moved.key !== null && !known.has(nameless(moved))).map((moved): Looked => ({ ...moved, ...more })));
  return [
    ...whole,
    ...parts({ by: 'environment' }, data.byEnvironment, own?.ownByEnvironment),
    ...parts({ by: 'trigger' }, data.byTrigger, own?.ownByTrigger),
    ...parts({ by: 'prompt' }, data.byPromptVersion, own?.ownByPromptVersion),
    ...parts({}, data.byArbiterConfig, own?.ownByArbiterConfig),
    ...parts({ by: 'provider' }, data.byProvider),
    ...parts({ by: 'category', of: 'category' }, data.byCategory),
    ...parts({ of: 'severity' }, data.bySeverity),
    ...parts({}, data.byType, data.byDifficulty, own?.within1, own?.within2, own?.within3, own?.within4, own?.within5),
  ];
}

/** What a series is but for the name of its part. */
const nameless = ({ metric, verdict }: Movement) => `${metric} ${verdict.observations} ${verdict.pValue} ${verdict.slopePerWeek}`;

/** The clearest movements for the worse, one for each metric, with the others of it. */
function movements(data: Data, own: Own | null, runs: (of: RunsOf) => string): Line[] {
  const all = lookedAt(data, own);
  const judged = all.filter(({ verdict }) => verdict.pValue !== null).length;
  const found = new Map<string, Array<Looked & Moved>>();
  for (const each of clearMovements(all)) if (each.worse) found.set(metricOf(each), [...(found.get(metricOf(each)) ?? []), each]);
  const byMetric = [...found.values()];
  const link = (moved: Looked, name: string) => <a href={runs({ ...(moved.by && { [moved.by]: moved.key! }), ...ORDERS[moved.metric] })} onClick={follow}>{name}</a>;
  const lines = byMetric.slice(0, MOST_MOVEMENTS).map(([moved, ...others]): Line => ({
    key: `movement ${metricOf(moved!)}`,
    tone: 'unsure',
    href: runs({ ...(moved!.by && { [moved!.by]: moved!.key! }), ...ORDERS[moved!.metric] }),
    text: `${nameOf(moved!)} is getting worse`,
    more: (
      <> by {formatDifference(moved!.verdict.slopePerWeek, moved!.unit)} a week over {counted(moved!.verdict.observations, moved!.verdict.observed === 'RUN' ? 'run' : 'bucket')} (p {pValue(moved!.adjustedPValue)}, allowing for {format(judged, 'COUNT')} movements looked at){others.length > 0 && '; also '}
        {others.slice(0, MOST_PARTS).map((each, i) => <span key={i}>{i > 0 && ', '}{link(each, each.key === null ? 'of all runs' : `of ${each.key}`)}</span>)}{others.length > MOST_PARTS && ` and ${counted(others.length - MOST_PARTS, 'more part')}`}.</>
    ),
  }));
  const rest = byMetric.slice(MOST_MOVEMENTS).map(([moved]) => moved!);
  if (rest.length > 0) lines.push({ key: 'movements', tone: 'unsure', href: runs({}), text: `${counted(rest.length, 'more metric')} ${rest.length === 1 ? 'moves' : 'move'} for the worse`, more: <>: {rest.map((moved, i) => <span key={i}>{i > 0 && ', '}{link(moved, nameOf(moved))}</span>)}.</> });
  return lines;
}

/** What movements are told together: a metric's, or the errors of a category. */
const metricOf = ({ metric, key, of }: Looked) => (of ? `${of} ${key}` : metricName(metric));

/** What to look at first among the runs behind a movement. */
const ORDERS: Record<string, RunsOf> = {
  OVERALL_SUCCESS_RATE: { order: 'OVERALL_SUCCESS_RATE', direction: 'ASC' },
  APPROVAL_RATE: { order: 'APPROVAL_RATE', direction: 'ASC' },
  ARBITER_SCORE: { order: 'ARBITER_SCORE', direction: 'ASC' },
  RUN_SUCCESS_RATE: { status: 'FAILED,PARTIAL_FAILURE' },
  ERRORS_PER_RUN: { order: 'ERRORS' },
  QUANTITY_PER_RUN: { order: 'ERRORS' },
  COST_PER_INSERTED_QUESTION: { order: 'COST' },
  COST_PER_GENERATED_QUESTION: { order: 'COST' },
  COST_PER_RUN: { order: 'COST' },
  DURATION: { order: 'DURATION' },
  DURATION_PER_QUESTION: { order: 'DURATION' },
};

function nameOf({ metric, key, of }: Looked): string {
  if (of === 'category') return `${words(key!)} errors per run`;
  if (of === 'severity') return `Errors of severity ${words(key!).toLowerCase()} per run`;
  return key === null ? metricName(metric) : `${metricName(metric)} of ${key}`;
}

function pValue(p: number): string {
  const text = format(p, 'P_VALUE');
  return text.startsWith('<') ? text : `= ${text}`;
}

function partly({ partlyFailedRuns }: Data, lastDay: (of: RunsOf) => string): Line[] {
  const count = partlyFailedRuns?.totalCount ?? 0;
  return count === 0 ? [] : [{ key: 'partly', tone: 'unsure', href: lastDay({ status: 'PARTIAL_FAILURE' }), text: `${counted(count, 'run')} failed in part in the last 24 hours` }];
}
