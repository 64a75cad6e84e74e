import type { ReactNode } from 'react';
import { PERIODS, type Period } from '../period';
import type { ChoicesOfFilters } from '../queries/generated';
import { changeAddress, timeZones, type View } from '../view';

const readersZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What the page shows: the period, and which runs. */
export function Filters({ view, choices, children }: { view: View; choices: ChoicesOfFilters | null; children?: ReactNode }) {
  return (
    <form className="filters" aria-label="What is shown" onSubmit={(event) => event.preventDefault()}>
      <Choice label="Period" name="period" value={view.period} options={Object.keys(PERIODS)} text={(period) => PERIODS[period as Period]} />
      {view.period === 'own' && (
        <>
          <Day label="From" name="from" value={view.from} />
          <Day label="To" name="to" value={view.to} />
        </>
      )}
      <Choice label="Environment" name="environment" all="All" value={view.environment} options={keys(choices?.environmentChoices)} />
      <Choice label="Trigger" name="trigger" all="All" value={view.trigger} options={keys(choices?.triggerChoices)} />
      <Choice label="Prompt version" name="prompt" all="All" value={view.promptVersion} options={keys(choices?.promptVersionChoices)} />
      {children}
      <Choice label="Time zone" name="tz" value={view.timeZone} options={[...new Set(['UTC', readersZone, ...timeZones])]} text={(zone) => zone.replaceAll('_', ' ')} />
    </form>
  );
}

type ChoiceProps = { label: string; name: string; value: string | null; options: string[]; all?: string; text?: (option: string) => string };

/** A choice that is kept in the address. A value of the address stays to be chosen, even if no run has it. */
export function Choice({ label, name, value, options, all, text = (option) => option }: ChoiceProps) {
  const shown = value !== null && !options.includes(value) ? [value, ...options] : options;
  return (
    <label>
      {label}
      <select name={name} value={value ?? ''} onChange={(event) => changeAddress({ [name]: event.target.value || null })}>
        {all && <option value="">{all}</option>}
        {shown.map((option) => <option key={option} value={option}>{text(option)}</option>)}
      </select>
    </label>
  );
}

function Day({ label, name, value }: { label: string; name: string; value: string | null }) {
  return (
    <label>
      {label}
      <input type="date" name={name} value={value ?? ''} onChange={(event) => changeAddress({ [name]: event.target.value || null })} />
    </label>
  );
}

export function keys(choices: Array<{ key: string | null }> | null | undefined): string[] {
  return (choices ?? []).flatMap(({ key }) => key ?? []);
}
