import { useEffect, useId, useState } from 'react';
import { completionsOf, readSearch } from '../search';
import { changeAddress } from '../view';

const TYPING_MS = 400;

/** A line of conditions, which goes into the address once the reader pauses, with what can come next. */
export function SearchLine({ value, values }: { value: string; values: Record<string, string[]> }) {
  const [text, setText] = useState(value);
  const list = useId();
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => changeAddress({ q: text.trim() || null }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  const { problems } = readSearch(value);
  return (
    <div className="search-line">
      <label>
        <span>Search</span>
        <input type="search" name="q" list={list} maxLength={400} placeholder="cost > 0.5 error:rate_limit prompt:v2.1 status:failed duration>5m" value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <datalist id={list}>{completionsOf(text, values).map((each) => <option key={each} value={each} />)}</datalist>
      {problems.length > 0 && <p className="note worse" role="alert">{problems.join(' ')}</p>}
    </div>
  );
}
