import { useState } from 'react';
import { fetchData } from '../client';
import { formatTime } from '../format';
import { DAY_MS } from '../period';
import { root } from '../root';
import { useAddress } from '../router';
import { Menu } from './Menu';
import { useSession } from '../SignIn';
import { filtersOf, readRunFilter, type View } from '../view';

const DAYS = [1, 7, 30];
/** Of these the server knows what they ask. */
const SHARED = ['', 'providers', 'prompt-versions', 'failures', 'runs'];

/** Makes a link to what is shown, for somebody without a key: it reads this page over these runs, and nothing else, until it expires or is revoked. */
export function ShareView({ view }: { view: View }) {
  const { pathname, searchParams } = useAddress();
  const page = pathname.slice(root.length);
  const { person } = useSession();
  const [shared, setShared] = useState<{ link: string; said: string } | null>(null);
  if (person?.role !== 'ADMIN' || !SHARED.includes(page)) return null;
  const share = async (days: number) => {
    const expiresAt = new Date(Date.now() + days * DAY_MS).toISOString();
    const name = `link of ${new Date().toISOString()}`;
    try {
      const filter = { ...filtersOf(view, new Date()).filter, ...(page === 'runs' ? readRunFilter(searchParams) : {}) };
      const { data, errors } = await fetchData('share-view', { page, filter, name, expiresAt });
      const key = data?.createSharedView?.key;
      if (!key) throw new Error(errors?.[0]?.message ?? 'The server made no key.');
      const link = `${location.origin}${location.pathname}${location.search}#${new URLSearchParams({ key })}`;
      const copied = await (navigator.clipboard?.writeText(link) ?? Promise.reject(new Error('No clipboard'))).then(() => ' It is copied.', () => '');
      setShared({ link, said: `Whoever has this link can read this page, over the runs that it is filtered to, until ${formatTime(expiresAt, 'TIME', view.timeZone)}: by the key “${name}”, which can be revoked.${copied}` });
    } catch (failure) {
      setShared({ link: '', said: (failure as Error).message });
    }
  };
  return (
    <Menu className="share" summary="Share read-only">
      <p>
        A link that needs no key, for{' '}
        {DAYS.map((days) => <button key={days} type="button" onClick={() => void share(days)}>{days === 1 ? '1 day' : `${days} days`}</button>)}
      </p>
      <div role="status">
        {shared && <p className="note">{shared.said}</p>}
        {shared?.link && <input readOnly aria-label="Link" value={shared.link} onFocus={(event) => event.target.select()} />}
      </div>
    </Menu>
  );
}
