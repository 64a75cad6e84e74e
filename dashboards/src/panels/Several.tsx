import { useState } from 'react';
import { changeAddress } from '../view';
import { Menu } from './Menu';

/** Of more options than these, the reader looks for one. */
const FEW = 12;
const SHOWN = 50;

type Props = { label: string; name: string; values: string[]; options: string[]; text?: (option: string) => string; /** Whether the address has them in one parameter, between commas. */ joined?: boolean };

/** A choice of any number of values, which the address keeps; without one, all are shown. What the address has can be taken away, even if no run has it. */
export function Several({ label, name, values, options, text = (option) => option, joined = false }: Props) {
  const [sought, setSought] = useState('');
  const all = [...values.filter((value) => !options.includes(value)), ...options];
  const found = all.filter((option) => values.includes(option) || text(option).toLowerCase().includes(sought.trim().toLowerCase()));
  const change = (next: string[]) => changeAddress({ [name]: joined ? next.join(',') : next });
  const chosen = values.length === 0 ? 'All' : values.map(text).join(', ');
  return (
    <div className="several">
      <span aria-hidden>{label}</span>
      <Menu label={`${label}: ${chosen}`} summary={<bdi>{chosen}</bdi>}>
        {all.length > FEW && <input type="search" aria-label={`Find in ${label}`} placeholder="Find" value={sought} onChange={(event) => setSought(event.target.value)} />}
        <fieldset>
          <legend className="unseen">{label}</legend>
          {found.slice(0, SHOWN).map((option) => (
            <label key={option}>
              <input type="checkbox" name={name} value={option} checked={values.includes(option)} onChange={({ target }) => change(target.checked ? [...values, option] : values.filter((each) => each !== option))} /> <bdi>{text(option)}</bdi>
            </label>
          ))}
        </fieldset>
        {found.length === 0 && <p className="note">{all.length === 0 ? 'No run of this period reports any.' : 'None is called so.'}</p>}
        {found.length > SHOWN && <p className="note">and {found.length - SHOWN} more: type to find them.</p>}
        {values.length > 0 && <button type="button" onClick={() => change([])}>All</button>}
      </Menu>
    </div>
  );
}
