import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { fetchData } from '../client';

/** What is defined: a field of the schema, or a metric. */
export type Defined = `${string}.${string}` | `metric ${string}`;

let metrics: Promise<Record<string, string | null>> | null = null;

/** Definitions come from where they are written, when somebody asks for one: fields' from the schema, metrics' from the server. */
async function definitionOf(of: Defined): Promise<string> {
  if (!of.startsWith('metric ')) return (await import('../queries/descriptions')).descriptions[of] ?? '';
  metrics ??= fetchData('metric-descriptions', {}).then(({ data }) => Object.fromEntries((data?.metrics ?? []).map(({ metric, description }) => [metric, description])));
  return (await metrics)[of.slice('metric '.length)] ?? 'Nobody has described this metric of a reporter’s own.';
}

/** A word with its definition, for whoever points at it or moves the focus there. */
export function Term({ of, children }: { of: Defined; children: ReactNode }) {
  const [shown, setShown] = useState(false);
  const [definition, setDefinition] = useState<string | null>(null);
  const id = useId();
  const word = useRef<HTMLSpanElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  // Above everything else, since tables cut off what reaches beyond them.
  useEffect(() => {
    if (!shown || !text.current) return;
    text.current.showPopover();
    const { left, bottom, top } = word.current!.getBoundingClientRect();
    const { width, height } = text.current.getBoundingClientRect();
    text.current.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    text.current.style.top = `${bottom + height + 8 > innerHeight ? top - height - 4 : bottom + 4}px`;
  }, [shown, definition]);
  const show = () => {
    setShown(true);
    if (definition === null) definitionOf(of).then(setDefinition, () => setDefinition('The definition could not be loaded.'));
  };
  const hide = () => setShown(false);
  const leave = (event: KeyboardEvent) => event.key === 'Escape' && hide();
  return (
    <span ref={word} className="term" tabIndex={0} aria-describedby={shown ? id : undefined} onMouseEnter={show} onMouseLeave={hide} onFocus={show} onBlur={hide} onKeyDown={leave}>
      {children}
      {shown && definition && <span ref={text} popover="manual" className="definition" role="tooltip" id={id}>{definition}</span>}
    </span>
  );
}
