import { lazy, Suspense, useEffect } from 'react';
import { AlertBadge } from './panels/AlertBadge';
import { Failed } from './panels/Failed';
import { Overview } from './pages/Overview';
import { Shortcuts } from './panels/Shortcuts';
import { root } from './root';
import { follow, useAddress } from './router';
import { isGuest } from './session';
import { SignedIn, SignOut, useSession } from './SignIn';
import { linkTo } from './view';

// The first page loads with the application, the others as they are opened.
const Alerts = lazy(() => import('./pages/Alerts'));
const AuditLog = lazy(() => import('./pages/AuditLog'));
const Failures = lazy(() => import('./pages/Failures'));
const Keys = lazy(() => import('./pages/Keys'));
const PromptVersions = lazy(() => import('./pages/PromptVersions'));
const Providers = lazy(() => import('./pages/Providers'));
const RunPage = lazy(() => import('./pages/Run'));
const Runs = lazy(() => import('./pages/Runs'));

const PAGES = [
  { path: '', name: 'Overview', Page: Overview },
  { path: 'providers', name: 'Providers', Page: Providers },
  { path: 'prompt-versions', name: 'Prompt versions', Page: PromptVersions },
  { path: 'failures', name: 'Failures', Page: Failures },
  { path: 'runs', name: 'Runs', Page: Runs },
  { path: 'alerts', name: 'Alerts', Page: Alerts },
  { path: 'keys', name: 'Service keys', Page: Keys, administers: true },
  { path: 'audit', name: 'Audit log', Page: AuditLog, administers: true },
];
const pagesOf = (role?: string) => PAGES.filter(({ administers }) => !administers || role === 'ADMIN');

const KEYS: Record<string, string> = { '': 'o', providers: 'p', 'prompt-versions': 'v', failures: 'f', runs: 'r', alerts: 'a', keys: 'k', audit: 'l' };

export function App() {
  const { pathname } = useAddress();
  return pageOf(pathname) ? <SignedIn><Pages /></SignedIn> : <NotFound />;
}

/** What an address shows: a page, or that of a run. */
function pageOf(pathname: string) {
  const here = pathname.slice(root.length);
  const run = /^runs\/([^/]+)$/.exec(here)?.[1];
  const Page = PAGES.find(({ path }) => path === here)?.Page;
  return run || Page ? { here, run, Page } : null;
}

function Pages() {
  const { pathname, searchParams } = useAddress();
  const { here, run, Page } = pageOf(pathname)!;
  const { person } = useSession();
  // Whoever was sent a link to one page can read no other.
  const pages = pagesOf(person?.role).filter(({ path }) => !isGuest() || path === here);
  return (
    <div className="app">
      <a className="skip" href="#main">Skip to the figures</a>
      <nav aria-label="Pages">
        <p className="brand">Runledger</p>
        <ul>
          {pages.map(({ path, name }) => (
            <li key={path}>
              <a href={linkTo(root + path, searchParams)} onClick={follow} aria-current={path === here || (run && path === 'runs') ? 'page' : undefined}>{name}{path === 'alerts' && <AlertBadge />}</a>
            </li>
          ))}
          {!isGuest() && <li><a href={`${root}graphiql`}>GraphiQL</a></li>}
          {!isGuest() && <li><a href={`${root}docs`}>Reference</a></li>}
        </ul>
        <Shortcuts places={pages.map(({ path, name }) => ({ key: KEYS[path]!, name, address: linkTo(root + path, searchParams) }))} />
        <SignOut />
      </nav>
      <Failed key={pathname}>
        <Suspense fallback={<main id="main" />}>
          {run ? <RunPage id={run} /> : Page && <Page />}
        </Suspense>
      </Failed>
    </div>
  );
}

function NotFound() {
  useEffect(() => {
    document.title = 'No such page - Runledger';
  }, []);
  return (
    <main id="main" className="nowhere">
      <h1>No such page</h1>
      <p>Nothing is at <code>{location.pathname}</code>. The address may be mistyped, or cut short on its way.</p>
      <ul>
        {pagesOf().map(({ path, name }) => <li key={path}><a href={root + path}>{name}</a></li>)}
        <li><a href={`${root}graphiql`}>GraphiQL</a></li>
      </ul>
    </main>
  );
}
