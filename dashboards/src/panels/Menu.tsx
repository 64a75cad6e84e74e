import { useEffect, useRef, type ReactNode } from 'react';

type Props = { className?: string; label?: string; summary: ReactNode; children: ReactNode };

/** What opens below its summary, and shuts when the reader turns to something else. */
export function Menu({ className = '', label, summary, children }: Props) {
  const place = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    // What listens may be asked once more after the menu has gone.
    const menu = place.current!;
    const shut = () => menu.removeAttribute('open');
    const outside = ({ target }: Event) => !menu.contains(target as Node) && shut();
    const escape = ({ key, target }: KeyboardEvent) => {
      if (key !== 'Escape' || !menu.contains(target as Node)) return;
      shut();
      menu.querySelector('summary')!.focus();
    };
    addEventListener('pointerdown', outside);
    addEventListener('focusin', outside);
    addEventListener('keydown', escape);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('focusin', outside);
      removeEventListener('keydown', escape);
    };
  }, []);
  return (
    <details className={`menu ${className}`} ref={place}>
      <summary aria-label={label}>{summary}</summary>
      <div>{children}</div>
    </details>
  );
}
