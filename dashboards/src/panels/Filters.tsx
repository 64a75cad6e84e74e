import { useState, type ReactNode } from 'react';
import { counted } from '../format';
import { clockOf, isDay, momentOf, PERIODS, spanOf, type Period } from '../period';
import type { ChoicesOfFilters } from '../queries/generated';
import { useAddress } from '../router';
import { changeAddress, timeZones, type View } from '../view';
import { Several } from './Several';

const readersZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const FILTERS = ['environment', 'trigger', 'prompt', 'status', 'provider', 'category', 'name'];

/** What the page shows: the period, and which runs. Small screens fold it into a line. */
export function Filters({ view, choices, children }: { view: View; choices: ChoicesOfFilters | null; children?: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const { searchParams } = useAddress();
  const chosen = FILTERS.filter((name) => searchParams.get(name)).length;
  return (
    <form className={isOpen ? 'filters open' : 'filters'} aria-label="What is shown" onSubmit={(event) => event.preventDefault()}>
      <button type="button" className="fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {PERIODS[view.period]} · {view.timeZone.replaceAll('_', ' ')} · {chosen === 0 ? 'no filter' : counted(chosen, 'filter')}
      </button>
      <Choice label="Period" name="period" value={view.period} options={Object.keys(PERIODS)} text={(period) => PERIODS[period as Period]} />
      {view.period === 'own' && (
        <>
          <Moment label="From" name="from" value={view.from} timeZone={view.timeZone} />
          <Moment label="To" name="to" value={view.to} timeZone={view.timeZone} />
          <WrongDates view={view} />
        </>
      )}
      <Several label="Environment" name="environment" values={view.environments} options={keys(choices?.environmentChoices)} />
      <Several label="Trigger" name="trigger" values={view.triggers} options={keys(choices?.triggerChoices)} />
      <Several label="Prompt version" name="prompt" values={view.promptVersions} options={keys(choices?.promptVersionChoices)} />
      {children}
      <Choice label="Time zone" name="tz" value={view.timeZone} options={[...new Set(['UTC', readersZone, ...timeZones])]} text={(zone) => zone.replaceAll('_', ' ')} />
    </form>
  );
}

type ChoiceProps = { label: string; name: string; value: string | null; options: string[]; text?: (option: string) => string };

/** A choice that is kept in the address. A value of the address stays to be chosen, even if no run has it. */
export function Choice({ label, name, value, options, text = (option) => option }: ChoiceProps) {
  const shown = value !== null && !options.includes(value) ? [value, ...options] : options;
  return (
    <label>
      {label}
      <select name={name} value={value ?? ''} onChange={(event) => changeAddress({ [name]: event.target.value || null })}>
        {shown.map((option) => <option key={option} value={option}>{text(option)}</option>)}
      </select>
    </label>
  );
}

/** A day, and a time of it if it is not about all of it. */
function Moment({ label, name, value, timeZone }: { label: string; name: string; value: string | null; timeZone: string }) {
  const [day, time] = value === null ? ['', ''] : isDay(value) ? [value, ''] : (clockOf(momentOf(value, timeZone), timeZone).split('T') as [string, string]);
  const change = (to: string, at: string) => changeAddress({ [name]: to && (at ? `${to}T${at}` : to) });
  return (
    <>
      <label>
        {label}
        <input type="date" name={name} value={day} onChange={(event) => change(event.target.value, time)} />
      </label>
      <label>
        <span className="unseen">{label}, at what </span>time
        <input type="time" name={`${name}-time`} value={time} disabled={!day} onChange={(event) => change(day, event.target.value)} />
      </label>
    </>
  );
}

/** What is wrong with dates of one's own, beside their fields. */
function WrongDates({ view }: { view: View }) {
  const { searchParams } = useAddress();
  const wrong = (['from', 'to'] as const).filter((name) => searchParams.get(name) && view[name] === null).map((name) => `“${searchParams.get(name)}” is no date, so it is left out.`);
  const { from, to } = spanOf(view.period, view.from, view.to, view.timeZone);
  if (from && to && from >= to) wrong.push('The end is not after the beginning, so no run can lie between them.');
  return wrong.length > 0 ? <p className="note worse" role="alert">{wrong.join(' ')}</p> : null;
}

export function keys(choices: Array<{ key: string | null }> | null | undefined): string[] {
  return (choices ?? []).flatMap(({ key }) => key ?? []);
}
