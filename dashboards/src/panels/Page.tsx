import { useEffect, type ReactNode } from 'react';
import type { Live } from '../useLive';
import { ShownView, type View } from '../view';
import { ShareView } from './ShareView';

type Props = { title: string; view: View; live?: Live; errors: string[]; filters?: ReactNode; children: ReactNode };

const STATES = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' };

/** The frame of a page: its name, whether it moves with the ledger if it does, what went wrong, what it shows. */
export function Page({ title, view, live, errors, filters, children }: Props) {
  useEffect(() => {
    document.title = `${title} - Runledger`;
  }, [title]);
  return (
    <main id="main">
      <header className="page-header">
        <h1>{title}</h1>
        {live && <ShareView view={view} />}
        {live && <p className={`live ${live.state}`} role="status">{STATES[live.state]}</p>}
      </header>
      {filters}
      {errors.length > 0 && (
        <div className="banner" role="alert">
          {errors.length === 1 ? <p>{errors[0]}</p> : <ul>{errors.map((error) => <li key={error}>{error}</li>)}</ul>}
        </div>
      )}
      <ShownView value={view}>{children}</ShownView>
    </main>
  );
}
