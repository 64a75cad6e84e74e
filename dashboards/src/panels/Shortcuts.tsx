import { useEffect, useRef, useState } from 'react';
import { goTo } from '../router';

export type Place = { key: string; name: string; address: string };

const WITHIN_MS = 1500;

/** Keys for those who know them, and a list of these for those who press `?`. No key does anything while somebody types. */
export function Shortcuts({ places }: { places: Place[] }) {
  const [open, setOpen] = useState(false);
  const list = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) list.current!.showModal();
  }, [open]);
  const known = useRef(places);
  known.current = places;
  useEffect(() => {
    let pressed = 0;
    const listen = (event: KeyboardEvent) => {
      const { key, target, timeStamp } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || (target as Element).closest('input, select, textarea, [contenteditable], dialog')) return;
      const going = timeStamp - pressed < WITHIN_MS;
      pressed = key === 'g' ? timeStamp : 0;
      const place = going && known.current.find((each) => each.key === key);
      if (place) return goTo(place.address);
      if (key === '?') setOpen(true);
      else if (key === '[') document.querySelector<HTMLElement>('a[rel=prev]')?.click();
      else if (key === ']') document.querySelector<HTMLElement>('a[rel=next]')?.click();
      else if (key === '/') document.querySelector<HTMLElement>('main input[name=q]')?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return (
    <>
      <button type="button" className="quiet" onClick={() => setOpen(true)}>Shortcuts <kbd>?</kbd></button>
      {open && (
        <dialog ref={list} onClose={() => setOpen(false)} aria-labelledby="shortcuts" onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}>
          <h2 id="shortcuts">Keyboard shortcuts</h2>
          <dl>
            {places.map(({ key, name }) => <div key={key}><dt><kbd>g</kbd> <kbd>{key}</kbd></dt><dd>{name}</dd></div>)}
            <div><dt><kbd>[</kbd> <kbd>]</kbd></dt><dd>Previous and next run, on a run’s page</dd></div>
            <div><dt><kbd>/</kbd></dt><dd>Search, on the page of runs</dd></div>
            <div><dt><kbd>Alt</kbd> click</dt><dd>The query behind a point, a bar or a link to runs, rather than the runs</dd></div>
            <div><dt><kbd>?</kbd></dt><dd>This list</dd></div>
            <div><dt><kbd>Ctrl</kbd> <kbd>Enter</kbd></dt><dd>Run the query, in GraphiQL</dd></div>
          </dl>
          <form method="dialog"><button type="submit" className="primary" autoFocus>Close</button></form>
        </dialog>
      )}
    </>
  );
}
