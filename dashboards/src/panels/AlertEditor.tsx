import { useMemo, useState } from 'react';
import { draftOf, filterOf, FIRST, hasRuns, isByTheClock, isCompared, isMeasured, ofKind, ruleOf, type Draft } from '../alertDraft';
import { evidenceInWords, kindOf, metricName } from '../alertWords';
import { TrendChart } from '../charts/TrendChart';
import { format, words } from '../format';
import type { Span } from '../period';
import type { AlertDirection, AlertKind, BudgetPeriod, Metric, MetricUnit, Queries } from '../queries/generated';
import type { Table } from '../table';
import { useQuery } from '../useQuery';
import { timeZones } from '../view';
import { Act, mayAdminister } from './AlertActions';
import { Panel } from './Panel';

type Rule = NonNullable<Queries['alerts']['data']['alertRules']>[number];

const KINDS: Record<AlertKind, string> = {
  RATE: 'the metric over the last runs, hours or days, with confidence',
  CONSECUTIVE: 'runs in a row, each by its own value',
  CHANGE: 'a change for the worse',
  FAILED: 'failed runs',
  MISSING: 'runs that do not begin',
  STUCK: 'runs that go on for too long',
  SLOW: 'runs that take longer than usual',
  BUDGET: 'money spent',
};
const GROUPS = ['ENVIRONMENT', 'PROMPT_VERSION', 'TRIGGER', 'ARBITER_CONFIG', 'PROVIDER'];

type Props = {
  /** The rule that is changed; null for a new one. */
  rule: Rule | null;
  timeZone: string;
  period: Span;
  turn: number | null;
  linkOf: (run: string) => string;
  /** It was saved, or is left as it was. */
  done: () => void;
};

/** A rule, and what it would have said of the runs that there are, before anybody saves it. */
export function AlertEditor({ rule: stored, timeZone, period, turn, linkOf, done }: Props) {
  const [draft, setDraft] = useState<Draft>(stored?.definition ? draftOf(stored.definition) : FIRST);
  const asked = { name: 'Draft', ...ruleOf(draft) };
  const drawn = isMeasured(draft) || draft.kind === 'FAILED';
  const variables = {
    rule: asked,
    period,
    drawn,
    measures: [isMeasured(draft) ? draft.metric : 'RUN_FAILURE_RATE'],
    filter: { ...filterOf(draft), ...period },
    by: draft.groupBy || null,
    timeZone,
  };
  const result = useQuery('alert-backtest', variables, turn);
  const backtest = result.data?.backtestAlert;
  const metrics = result.data?.metrics ?? [];
  const units = Object.fromEntries(metrics.map(({ metric, unit }) => [metric, unit])) as Partial<Record<string, MetricUnit>>;
  const definition = { ...asked, kind: draft.kind, metric: isMeasured(draft) ? draft.metric : null };
  const table: Table | null = backtest
    ? {
        columns: [{ name: 'Fired', kind: 'TIME' }, { name: 'Resolved', kind: 'TIME' }, { name: 'Value', kind: kindOf(definition, units) }, { name: 'Why', kind: 'TEXT' }],
        rows: [...backtest.firings].reverse().map(({ group, firedAt, firedBy, resolvedAt, evidence }) => [
          { value: firedAt, kind: 'TIME', ...(firedBy && { href: linkOf(firedBy) }) },
          resolvedAt,
          evidence.value,
          [group, evidenceInWords(definition, evidence, units)].filter(Boolean).join(': '),
        ]),
      }
    : null;
  const offered = metrics.filter(({ isOfRuns, isOfNames }) => (draft.groupBy === 'PROVIDER' ? isOfNames : isOfRuns)).map(({ metric }) => metric);
  const series = result.data?.trend;
  const isDrawn = drawn && series?.some(({ points }) => points.length > 0);
  const firings = useMemo(() => backtest?.firings ?? [], [backtest]);
  return (
    <Panel name="alert-backtest" title={stored ? `Change ${stored.name}` : 'Try a rule'} variables={variables} timeZone={timeZone} result={result} table={table} empty="It would never have fired." wide open chart={drawn} before={
      <>
        <div className="trial">
          <form className="filters" aria-label="The rule" onSubmit={(event) => event.preventDefault()}>
            <RuleFields draft={draft} change={(changes) => setDraft({ ...draft, ...changes })} replace={setDraft} metrics={offered.includes(draft.metric) ? offered : [draft.metric, ...offered]} />
          </form>
          {isDrawn && <TrendChart label={metricName(variables.measures[0]!)} series={series!} timeZone={timeZone} threshold={isCompared(draft) ? Number(draft.threshold) : null} firings={firings} />}
        </div>
        {backtest && (
          <p className="note" role="status" data-firings={backtest.firingCount}>
            {`Over ${format(backtest.runs, 'COUNT')} runs of the period it would have fired ${backtest.firingCount === 1 ? 'once' : `${format(backtest.firingCount, 'COUNT')} times`}`}
            {typeof backtest.firingsPerYear === 'number' && `, ${format(backtest.firingsPerYear, 'ERRORS')} times a year`}
            {backtest.state === 'FIRING' && ', and would be firing now'}.
            {backtest.expected && ` While nothing changes, expect ${format(backtest.expected.falseAlarmsPerYear, 'ERRORS')} false alarms a year`}
            {backtest.expected?.medianRuns && backtest.expected.mostRuns && `; a difference of ${format(backtest.expected.difference, kindOf(definition, units))} is noticed after ${backtest.expected.medianRuns} runs, nine times out of ten after ${backtest.expected.mostRuns}`}
            {backtest.expected && '.'}
          </p>
        )}
        {mayAdminister() && <Save stored={stored} draft={draft} turn={turn} done={done} />}
      </>
    } />
  );
}

/** The name, where messages go, and the button. */
function Save({ stored, draft, turn, done }: { stored: Rule | null; draft: Draft; turn: number | null; done: () => void }) {
  const [name, setName] = useState(stored?.name ?? '');
  const [note, setNote] = useState<string | null>(null);
  const [to, setTo] = useState<string[]>(stored?.channels ?? []);
  const channels = useQuery('alert-channels', {}, turn).data?.alertChannels ?? [];
  const rule = { ...ruleOf(draft), name, channels: to };
  const saved = () => {
    setNote(`${name} is saved.`);
    if (!stored) setName('');
    done();
  };
  return (
    <form className="filters" aria-label="Save the rule" onSubmit={(event) => event.preventDefault()}>
      <label>Name
        <input name="name" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
      </label>
      {channels.length > 0 && (
        <label>Messages go to
          <select name="channels" multiple size={Math.min(3, channels.length)} value={to} onChange={(event) => setTo([...event.target.selectedOptions].map(({ value }) => value))}>
            {channels.map((channel) => <option key={channel.id} value={channel.id}>{channel.name}</option>)}
          </select>
        </label>
      )}
      {stored
        ? (
            <>
              <Act name="alert-update" variables={{ id: stored.id, rule }} label="Save changes" about={stored.name} done={saved} />
              <button type="button" onClick={done}>Leave as it was</button>
            </>
          )
        : <Act name="alert-save" variables={{ rule }} label="Save rule" about={name || 'without a name'} done={saved} />}
      {note && <p className="note" role="status">{note}</p>}
    </form>
  );
}

type FieldsProps = { draft: Draft; change: (changes: Partial<Draft>) => void; replace: (draft: Draft) => void; metrics: Metric[] };
type TextField = { [Name in keyof Draft]: Draft[Name] extends string ? Name : never }[keyof Draft];

/** What a rule of the draft's kind consists of. */
function RuleFields({ draft, change, replace, metrics }: FieldsProps) {
  const { kind } = draft;
  const text = (label: string, name: TextField, type = 'number', more: { placeholder?: string; min?: number } = {}) => (
    <label>{label}
      <input type={type} name={name} step="any" {...more} value={draft[name]} onChange={(event) => change({ [name]: event.target.value })} />
    </label>
  );
  const choice = (label: string, name: TextField, options: Record<string, string>) => (
    <label>{label}
      <select name={name} value={draft[name]} onChange={(event) => change({ [name]: event.target.value })}>
        {Object.entries(options).map(([value, shown]) => <option key={value} value={value}>{shown}</option>)}
      </select>
    </label>
  );
  return (
    <>
      <label>Looks at
        <select name="kind" value={kind} onChange={(event) => replace(ofKind(draft, event.target.value as AlertKind))}>
          {Object.entries(KINDS).map(([each, shown]) => <option key={each} value={each}>{shown}</option>)}
        </select>
      </label>
      {isMeasured(draft) && (
        <>
          {choice('Metric', 'metric', Object.fromEntries(metrics.map((metric) => [metric, metricName(metric)])))}
          {choice('Bad if', 'direction', { BELOW: 'below', ABOVE: 'above' } satisfies Record<AlertDirection, string>)}
        </>
      )}
      {(isCompared(draft) || kind === 'BUDGET') && text(kind === 'BUDGET' ? 'US dollars' : 'Threshold', 'threshold')}
      {!isByTheClock(draft) && text(kind === 'RATE' ? 'Over the last' : 'Runs', 'count', 'number', { min: 1 })}
      {kind === 'RATE' && choice('Unit', 'unit', { RUNS: 'runs', HOURS: 'hours', DAYS: 'days' })}
      {(kind === 'CONSECUTIVE' || kind === 'FAILED') && text('Among the last', 'ofLast', 'number', { placeholder: 'in a row', min: 1 })}
      {kind === 'FAILED' && (
        <>
          {text('Exit code', 'exitCode', 'number', { placeholder: 'any' })}
          {text('Error category', 'errorCategory', 'text', { placeholder: 'any' })}
          {draft.errorCategory !== '' && text('More errors than', 'errorsAbove', 'number', { placeholder: '0', min: 0 })}
        </>
      )}
      {kind === 'MISSING' && text('Begins at (cron)', 'cron', 'text', { placeholder: 'as until now' })}
      {(kind === 'MISSING' || kind === 'BUDGET') && choice('Time zone of the rule', 'timeZone', Object.fromEntries(timeZones.map((zone) => [zone, zone.replaceAll('_', ' ')])))}
      {kind === 'MISSING' && text('Grace, minutes', 'grace', 'number', { placeholder: '0', min: 0 })}
      {kind === 'STUCK' && text('Longer than, minutes', 'after', 'number', { placeholder: 'declared stuck', min: 0 })}
      {kind === 'SLOW' && text('Times the usual', 'times')}
      {kind === 'BUDGET' && (
        <>
          {choice('A', 'period', { DAY: 'day', WEEK: 'week', MONTH: 'month' } satisfies Record<BudgetPeriod, string>)}
          <label>Goes by
            <select name="forecast" value={String(draft.forecast)} onChange={(event) => change({ forecast: event.target.value === 'true' })}>
              <option value="false">what is spent</option>
              <option value="true">the forecast</option>
            </select>
          </label>
        </>
      )}
      {isCompared(draft) && text('Good again at', 'recoveryThreshold', 'number', { placeholder: 'the threshold' })}
      {hasRuns(draft) && text('Good again after runs', 'recoveryRuns', 'number', { placeholder: 'as usual', min: 1 })}
      {kind === 'RATE' && text('Confidence', 'confidence')}
      {text('Environments', 'environments', 'text', { placeholder: 'all' })}
      {text('Providers', 'providers', 'text', { placeholder: 'all' })}
      {text('Prompt versions', 'promptVersions', 'text', { placeholder: 'all' })}
      {choice('For each', 'groupBy', { '': 'all together', ...Object.fromEntries([...new Set([...GROUPS, ...(draft.groupBy ? [draft.groupBy] : [])])].map((each) => [each, words(each).toLowerCase()])) })}
    </>
  );
}
