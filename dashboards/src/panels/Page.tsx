import { useEffect, type ReactNode } from 'react';
import type { Live } from '../useLive';

type Props = { title: string; live: Live; errors: string[]; filters?: ReactNode; children: ReactNode };

const STATES = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' };

/** The frame of a page: its name, whether it moves with the ledger, what went wrong, what it shows. */
export function Page({ title, live, errors, filters, children }: Props) {
  useEffect(() => {
    document.title = `${title} - Runledger`;
  }, [title]);
  return (
    <main id="main">
      <header className="page-header">
        <h1>{title}</h1>
        <p className={`live ${live.state}`} role="status">{STATES[live.state]}</p>
      </header>
      {filters}
      {errors.map((error) => <p key={error} className="banner" role="alert">{error}</p>)}
      {children}
    </main>
  );
}
