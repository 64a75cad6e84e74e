import { useEffect, useState } from 'react';
import { changeAddress } from '../view';

const TYPING_MS = 300;

/** A text to look for, which goes into the address once the reader pauses. */
export function Contains({ label, name, value }: { label: string; name: string; value: string }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => changeAddress({ [name]: text || null }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, name]);
  return (
    <label>
      {label}
      <input type="search" name={name} maxLength={100} value={text} onChange={(event) => setText(event.target.value)} />
    </label>
  );
}
