import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { createPortal } from 'react-dom';
import { addressOf, readyQueries, type ReadyQuery, type Tab } from './tabs';

const ready = readyQueries();

/** What the page's header offers to do with the editor: open a ready query, and share what is in it. Runs a linked query at once. */
export function EditorMenu({ place, linked }: { place: HTMLElement; linked: Tab | null }) {
  useRunByKeys();
  useRunLinked(linked);
  return createPortal(<><ReadyQueries /><ShareQuery /></>, place);
}

/** The ready queries, found by what they ask or what is in them. */
function ReadyQueries() {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const [sought, setSought] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const place = useRef<HTMLDivElement>(null);
  const list = useId();
  const open = sought !== null;
  const found = ready.filter(({ title, query }) => `${title} ${query}`.toLowerCase().includes((sought ?? '').trim().toLowerCase()));
  const shut = () => {
    setSought(null);
    setAt(0);
  };
  const choose = ({ query, variables }: ReadyQuery) => {
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables ?? '');
    shut();
    queryEditor?.focus();
  };
  const steer = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: found.length - 1 }[event.key];
    if (event.key === 'Escape') shut();
    else if (event.key === 'Enter' && open && found[at]) choose(found[at]);
    else if (to !== undefined && open) setAt(Math.max(0, Math.min(found.length - 1, to)));
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    place.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at, open]);
  return (
    <div className="ready" ref={place} onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && shut()}>
      <input
        type="search"
        role="combobox"
        aria-label="Ready queries"
        placeholder={`${ready.length} ready queries`}
        aria-expanded={open}
        aria-controls={list}
        aria-activedescendant={open && found[at] ? `${list}-${at}` : undefined}
        value={sought ?? ''}
        onFocus={() => setSought((before) => before ?? '')}
        onChange={(event) => {
          setSought(event.target.value);
          setAt(0);
        }}
        onKeyDown={steer}
      />
      {open && (
        <div className="ready-list" id={list} role="listbox" aria-label="Ready queries" tabIndex={-1}>
          {found.map((each, i) => (
            <div key={each.title} id={`${list}-${i}`} role="option" aria-selected={i === at} onMouseDown={(event) => event.preventDefault()} onClick={() => choose(each)}>
              {each.title}
            </div>
          ))}
          {found.length === 0 && <p className="note">None of them has this. Every field is in the documentation at the left.</p>}
        </div>
      )}
    </div>
  );
}

/** Puts what is in the editor into the address, behind its #, which no server is sent. */
function ShareQuery() {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const [shared, setShared] = useState('');
  const share = () => {
    const address = addressOf({ query: queryEditor?.getValue() ?? '', variables: variableEditor?.getValue() });
    history.replaceState(history.state, '', address);
    const isCopied = navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error('No clipboard'));
    isCopied.then(() => setShared('The link is copied'), () => setShared('The link is in the address bar'));
  };
  return (
    <>
      <button type="button" onClick={share}>Share query</button>
      <span className="note" role="status">{shared}</span>
    </>
  );
}

/** Ctrl and Enter run the query wherever the focus is; in the editors they do so by themselves. */
function useRunByKeys() {
  const { run } = useGraphiQLActions();
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || (event.target as Element).closest('.monaco-editor')) return;
      event.preventDefault();
      run();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [run]);
}

/** A panel's query is opened to be seen with its answer. What somebody has edited is not run unasked. */
function useRunLinked(linked: Tab | null) {
  const { run } = useGraphiQLActions();
  const isReady = useGraphiQL((state) => !!state.schema && !!state.queryEditor && !!state.variableEditor && !!state.responseEditor);
  const due = useRef(linked?.isOwn === true);
  useEffect(() => {
    if (!isReady || !due.current) return;
    due.current = false;
    run();
  }, [isReady, run]);
}
