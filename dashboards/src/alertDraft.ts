import type { AlertDirection, AlertKind, AlertRuleInput, BudgetPeriod, Metric, Queries, RunFilter } from './queries/generated';

export type Definition = NonNullable<NonNullable<Queries['alerts']['data']['alertRules']>[number]['definition']>;

/** A rule as its form has it: numbers as they are typed, lists with commas, times in minutes. */
export type Draft = {
  kind: AlertKind; metric: Metric; direction: AlertDirection; threshold: string;
  count: string; unit: 'RUNS' | 'HOURS' | 'DAYS'; ofLast: string; confidence: string;
  recoveryThreshold: string; recoveryRuns: string;
  cron: string; timeZone: string; grace: string; after: string; times: string; period: BudgetPeriod; forecast: boolean;
  exitCode: string; errorCategory: string; errorsAbove: string;
  groupBy: string; environments: string; providers: string; promptVersions: string;
  /** What the form does not show of the filter. */
  more: RunFilter;
};

/** Overall success under a half, three runs in a row. */
export const FIRST: Draft = {
  kind: 'CONSECUTIVE', metric: 'OVERALL_SUCCESS_RATE', direction: 'BELOW', threshold: '0.5',
  count: '3', unit: 'RUNS', ofLast: '', confidence: '0.9', recoveryThreshold: '', recoveryRuns: '',
  cron: '', timeZone: 'UTC', grace: '', after: '', times: '3', period: 'MONTH', forecast: false,
  exitCode: '', errorCategory: '', errorsAbove: '',
  groupBy: '', environments: '', providers: '', promptVersions: '', more: {},
};

const COUNTS: Partial<Record<AlertKind, string>> = { RATE: '20', CONSECUTIVE: '3', CHANGE: '100', FAILED: '1' };

/** The draft with another kind, and what is usual for it. */
export function ofKind(draft: Draft, kind: AlertKind): Draft {
  return { ...draft, kind, count: COUNTS[kind] ?? '', unit: 'RUNS', ofLast: '', recoveryRuns: '', threshold: kind === 'BUDGET' ? '100' : draft.kind === 'BUDGET' ? FIRST.threshold : draft.threshold };
}

export const isMeasured = ({ kind }: Draft) => kind === 'RATE' || kind === 'CONSECUTIVE' || kind === 'CHANGE';
export const isCompared = ({ kind }: Draft) => kind === 'RATE' || kind === 'CONSECUTIVE';
export const isByTheClock = ({ kind }: Draft) => kind === 'MISSING' || kind === 'STUCK' || kind === 'SLOW' || kind === 'BUDGET';
/** Whether it has a number of runs that the form can say. */
export const hasRuns = (draft: Draft) => !isByTheClock(draft) && !isOfTime(draft);
const isOfTime = ({ kind, unit }: Draft) => kind === 'RATE' && unit !== 'RUNS';

const numberIn = (text: string) => (text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text));
const listIn = (text: string) => text.split(',').map((each) => each.trim()).filter(Boolean);
const seconds = (minutes: string) => (numberIn(minutes) === undefined ? undefined : Math.round(numberIn(minutes)! * 60));

/** Of the fields those that say something. */
function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}

/** What the draft asks of the server, but for its name and where its messages go. */
export function ruleOf(draft: Draft): Omit<AlertRuleInput, 'name'> {
  const { kind } = draft;
  const count = numberIn(draft.count);
  return {
    kind,
    filter: filterOf(draft),
    ...given({
      ...(isMeasured(draft) && { metric: draft.metric, direction: draft.direction }),
      ...((isCompared(draft) || kind === 'BUDGET') && { threshold: numberIn(draft.threshold) ?? 0 }),
      ...(isCompared(draft) && { recoveryThreshold: numberIn(draft.recoveryThreshold) }),
      ...(hasRuns(draft) && { runs: count, recoveryRuns: numberIn(draft.recoveryRuns) }),
      ...(isOfTime(draft) && { windowHours: (count ?? 1) * (draft.unit === 'DAYS' ? 24 : 1) }),
      ...((kind === 'CONSECUTIVE' || kind === 'FAILED') && { ofLast: numberIn(draft.ofLast) }),
      ...(kind === 'RATE' && { confidence: numberIn(draft.confidence) }),
      ...(kind === 'FAILED' && { exitCode: numberIn(draft.exitCode), errorCategory: draft.errorCategory.trim() || undefined, errorsAbove: draft.errorCategory.trim() ? numberIn(draft.errorsAbove) : undefined }),
      ...(isByTheClock(draft) && { timing: timingOf(draft) }),
      groupBy: draft.groupBy || undefined,
    }),
  };
}

function timingOf({ kind, cron, timeZone, grace, after, times, period, forecast }: Draft) {
  return given({
    ...(kind === 'MISSING' && { cron: cron.trim() || undefined, graceSeconds: seconds(grace) }),
    ...((kind === 'MISSING' || kind === 'BUDGET') && { timeZone }),
    ...(kind === 'STUCK' && { afterSeconds: seconds(after) }),
    ...(kind === 'SLOW' && { times: numberIn(times) }),
    ...(kind === 'BUDGET' && { period, forecast }),
  });
}

export function filterOf({ more, environments, providers, promptVersions }: Draft): RunFilter {
  const lists = { environments: listIn(environments), providers: listIn(providers), promptVersions: listIn(promptVersions) };
  return { ...more, ...Object.fromEntries(Object.entries(lists).filter(([, names]) => names.length > 0)) };
}

/** A stored rule as its form has it. */
export function draftOf(rule: Definition): Draft {
  const { environments, providers, promptVersions, ...more } = rule.filter as RunFilter;
  const text = (value: number | string | null | undefined) => (value === null || value === undefined ? '' : String(value));
  const list = (names: unknown) => [names ?? []].flat().join(', ');
  const minutes = (value: number | null | undefined) => text(value ? value / 60 : null);
  const { timing, windowHours } = rule;
  const inDays = windowHours != null && windowHours % 24 === 0;
  return {
    ...FIRST,
    kind: rule.kind,
    metric: rule.metric ?? FIRST.metric,
    direction: rule.direction,
    threshold: text(rule.threshold),
    count: text(windowHours == null ? rule.runs : inDays ? windowHours / 24 : windowHours),
    unit: windowHours == null ? 'RUNS' : inDays ? 'DAYS' : 'HOURS',
    ofLast: rule.ofLast === rule.runs ? '' : text(rule.ofLast),
    confidence: text(rule.confidence),
    recoveryThreshold: rule.recoveryThreshold === rule.threshold ? '' : text(rule.recoveryThreshold),
    recoveryRuns: text(rule.recoveryRuns),
    cron: text(timing?.cron),
    timeZone: timing?.timeZone ?? 'UTC',
    grace: minutes(timing?.graceSeconds),
    after: minutes(timing?.afterSeconds),
    times: text(timing?.times ?? FIRST.times),
    period: timing?.period ?? FIRST.period,
    forecast: timing?.forecast ?? false,
    exitCode: text(rule.exitCode),
    errorCategory: text(rule.errorCategory),
    errorsAbove: text(rule.errorsAbove),
    groupBy: text(rule.groupBy),
    environments: list(environments),
    providers: list(providers),
    promptVersions: list(promptVersions),
    more,
  };
}
