import { formatTime, words } from '../format';
import type { EventMarks } from '../queries/generated';

export type EventMark = NonNullable<EventMarks['events']>['nodes'][number];

const SHOWN = 5;

/** What happened while a chart's figures came about, the latest first: the chart marks when. */
export function EventList({ events, starts, timeZone }: { events: EventMark[] | null | undefined; starts: string[]; timeZone: string }) {
  const within = (events ?? []).filter(({ at }) => starts.length > 0 && Date.parse(at) >= Date.parse(starts[0]!));
  if (within.length === 0) return null;
  return (
    <ul className="changes" aria-label="Events">
      {within.slice(0, SHOWN).map(({ id, at, kind, text, link, environment }) => (
        <li key={id}>
          <span aria-hidden>◆</span> {formatTime(at, 'TIME', timeZone)}, {words(kind)}{environment && ` in ${environment}`}: {link ? <a href={link} rel="noreferrer noopener" target="_blank">{text}</a> : text}
        </li>
      ))}
      {within.length > SHOWN && <li className="note">and {within.length - SHOWN} more</li>}
    </ul>
  );
}
