import { useState } from 'react';
import { evidenceInWords, ruleInWords } from '../alertWords';
import { FiringStrip } from '../charts/FiringStrip';
import { age, counted, formatTime, words } from '../format';
import { PERIODS, type Period } from '../period';
import { Act, mayAcknowledge, mayAdminister, who } from '../panels/AlertActions';
import { AlertChannels } from '../panels/AlertChannels';
import { AlertEditor } from '../panels/AlertEditor';
import { Choice } from '../panels/Filters';
import { Page } from '../panels/Page';
import { Panel } from '../panels/Panel';
import type { Queries } from '../queries/generated';
import { root } from '../root';
import { useAddress } from '../router';
import type { Table } from '../table';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { linkTo, useView } from '../view';

type Answer = Queries['alerts']['data'];
type Alert = NonNullable<Answer['history']>['nodes'][number];
type Rule = NonNullable<Answer['alertRules']>[number];

/** What fires, by which rules, and what has fired. */
export default function Alerts() {
  const { view, filters } = useView('365d');
  const { searchParams } = useAddress();
  const { timeZone } = view;
  const linkOf = (run: string) => linkTo(`${root}runs/${run}`, searchParams);
  const live = useLive({});
  const [changes, setChanges] = useState(0);
  const turn = live.turn === null ? null : live.turn + changes;
  const changed = () => setChanges((before) => before + 1);
  const [edited, setEdited] = useState<string | null>(null);
  const variables = { since: filters.events.from ?? null };
  const result = useQuery('alerts', variables, turn);
  const { data } = result;
  const rule = data?.alertRules?.find(({ id }) => id === edited) ?? null;
  const span = spanOfStrips(data, filters.events);
  const panel = { name: 'alerts' as const, variables, timeZone, result, wide: true, open: true };
  return (
    <Page title="Alerts" view={view} live={live} errors={result.errors} filters={
      <form className="filters" aria-label="What is shown" onSubmit={(event) => event.preventDefault()}>
        <Choice label="Period" name="period" value={view.period} options={OFFERED} text={(period) => PERIODS[period as Period]} />
      </form>
    }>
      <div className="panels">
        <Panel {...panel} id="alerts-firing" title="Firing now" table={firing(data?.firing?.nodes, linkOf)} empty="Nothing fires." before={<Firing alerts={data?.firing?.nodes ?? []} changed={changed} />} />
        <Panel {...panel} id="alert-rules" title="Rules" table={rules(data, timeZone, span)} empty="There is no rule yet. Try one below, and save it with an admin's key." before={<Rules rules={data?.alertRules ?? []} changed={changed} edit={setEdited} />} />
        <AlertEditor key={rule?.id ?? ''} rule={rule} timeZone={timeZone} period={filters.period} turn={live.turn} linkOf={linkOf} done={() => {
          setEdited(null);
          changed();
        }} />
        {mayAdminister() && <AlertChannels timeZone={timeZone} turn={turn} />}
        <Panel {...panel} id="alerts-history" title="What has fired" table={history(data?.history?.nodes, linkOf)} empty="No rule has fired in this period." />
      </div>
    </Page>
  );
}

const OFFERED = ['30d', '90d', '365d', 'all'] satisfies Period[];

type Strips = { from: number; to: number };

/** From the period's beginning, or the first alert, until now. */
function spanOfStrips(data: Answer | null, { from }: { from?: string }): Strips {
  const fired = data?.alertRules?.flatMap(({ alerts }) => alerts.map(({ firedAt }) => Date.parse(firedAt))) ?? [];
  return { from: from ? Date.parse(from) : Math.min(...fired, Date.now()), to: Date.now() };
}

const SILENT_MS = 4 * 3_600_000;

/** What whoever is on call does about what fires. */
function Firing({ alerts, changed }: { alerts: Alert[]; changed: () => void }) {
  const open = alerts.filter(({ acknowledgedBy }) => !acknowledgedBy);
  if (!mayAcknowledge() || open.length === 0) return null;
  return (
    <div className="filters">
      {open.map((alert) => (
        <Act key={alert.id} name="alert-acknowledge" variables={{ id: alert.id, by: who() }} label={`Acknowledge ${nameOf(alert)}`} about="notes that you take care of it" done={changed} />
      ))}
    </div>
  );
}

/** What an administrator does with rules. Those of a file are changed there, but can be silenced. */
function Rules({ rules, changed, edit }: { rules: Rule[]; changed: () => void; edit: (id: string) => void }) {
  const [chosen, setChosen] = useState('');
  const rule = rules.find(({ id }) => id === chosen) ?? rules[0];
  if (!mayAdminister() || !rule) return null;
  const { id, name, managed, pausedAt } = rule;
  const isSilent = rule.silencedUntil != null && Date.parse(rule.silencedUntil) > Date.now();
  return (
    <div className="filters">
      <label>Rule
        <select name="rule" value={id} onChange={(event) => setChosen(event.target.value)}>
          {rules.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
        </select>
      </label>
      {!managed && rule.definition && <button type="button" aria-label={`Change: ${name}`} onClick={() => edit(id)}>Change</button>}
      {isSilent
        ? <Act name="alert-silence" variables={{ id, until: null }} label="End silence" about={name} done={changed} />
        : <Act name="alert-silence" variables={{ id, until: new Date(Date.now() + SILENT_MS).toISOString() }} label="Silence for 4 hours" about={name} done={changed} />}
      {!managed && <Act name="alert-pause" variables={{ id, paused: !pausedAt }} label={pausedAt ? 'Go on' : 'Pause'} about={name} done={changed} />}
      {!managed && <Act name="alert-delete" variables={{ id }} label="Delete" about={name} done={changed} />}
      {managed && <p className="note">{`${name} is managed by a file; change it there.`}</p>}
    </div>
  );
}

type LinkOf = (run: string) => string;

const trippedBy = ({ firedAt, firedBy }: Alert, linkOf: LinkOf) => ({ value: firedAt, kind: 'TIME' as const, ...(firedBy && { href: linkOf(firedBy.id) }) });
const nameOf = ({ rule, group }: Alert) => (group ? `${rule.name} (${group})` : rule.name);
const why = (alert: Alert) => evidenceInWords(alert.rule.definition, alert.evidence);

function firing(alerts: Alert[] | null | undefined, linkOf: LinkOf): Table | null {
  if (!alerts) return null;
  return {
    columns: [{ name: 'Since', kind: 'TIME' }, { name: 'Rule', kind: 'TEXT' }, { name: 'What was seen', kind: 'TEXT' }, { name: 'Acknowledged by', kind: 'TEXT' }],
    rows: alerts.map((alert) => [trippedBy(alert, linkOf), nameOf(alert), why(alert), alert.acknowledgedBy ?? 'nobody yet']),
  };
}

function rules(data: Answer | null, timeZone: string, span: Strips): Table | null {
  if (!data?.alertRules) return null;
  return {
    columns: [{ name: 'Rule', kind: 'TEXT' }, { name: 'State', kind: 'TEXT' }, { name: 'Since', kind: 'TIME' }, { name: 'History', kind: 'TEXT' }, { name: 'Fires when', kind: 'TEXT' }, { name: 'Remarks', kind: 'TEXT' }],
    rows: data.alertRules.map(({ name, state, stateSince, error, silencedUntil, pausedAt, managed, groups, definition, alerts }) => [
      name,
      pausedAt ? 'Paused' : words(state),
      firingSince(alerts) ?? stateSince,
      { value: historyInWords(alerts, span), kind: 'TEXT', picture: <FiringStrip firings={alerts} {...span} /> },
      definition ? ruleInWords(definition) : 'cannot be read by this version of the server',
      [
        error,
        silencedUntil && Date.parse(silencedUntil) > Date.now() && `silent until ${formatTime(silencedUntil, 'TIME', timeZone)}`,
        groups.filter((each) => each.state === 'FIRING').map(({ group }) => group).join(', '),
        lacking(groups),
        managed && 'managed by a file',
      ].filter(Boolean).join('; ') || null,
    ]),
  };
}

/** Which values of what a rule is grouped by it cannot decide. */
function lacking(groups: Rule['groups']): string {
  const without = groups.filter(({ state }) => state === 'NO_DATA').map(({ group }) => group);
  return without.length > 0 ? `no data: ${without.join(', ')}` : '';
}

type Fired = Rule['alerts'][number];

/** When what fires now began to; the state itself may be younger, as after a change of the rule. */
function firingSince(alerts: Fired[]): string | undefined {
  return alerts.filter(({ resolvedAt, withdrawnAt }) => !resolvedAt && !withdrawnAt).map(({ firedAt }) => firedAt).sort()[0];
}

/** How often a rule has fired in the period, and for how long in all. */
function historyInWords(alerts: Fired[], { from, to }: Strips): string {
  if (alerts.length === 0) return 'has not fired';
  const seconds = alerts.reduce((sum, { firedAt, resolvedAt, withdrawnAt }) => {
    const end = resolvedAt ?? withdrawnAt;
    return sum + Math.max(0, (end ? Date.parse(end) : to) - Math.max(from, Date.parse(firedAt))) / 1000;
  }, 0);
  return `fired ${alerts.length === 1 ? 'once' : counted(alerts.length, 'time')}, for ${age(seconds)} in all`;
}

function history(alerts: Alert[] | null | undefined, linkOf: LinkOf): Table | null {
  if (!alerts) return null;
  return {
    columns: [{ name: 'Fired', kind: 'TIME' }, { name: 'Resolved', kind: 'TIME' }, { name: 'Rule', kind: 'TEXT' }, { name: 'What was seen', kind: 'TEXT' }, { name: 'Acknowledged by', kind: 'TEXT' }],
    rows: alerts.map((alert) => [
      trippedBy(alert, linkOf),
      alert.withdrawnAt ? { value: 'withdrawn', kind: 'TEXT' } : alert.resolvedAt,
      nameOf(alert),
      why(alert),
      alert.acknowledgedBy,
    ]),
  };
}
