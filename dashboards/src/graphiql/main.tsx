import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { watchAddress } from '../session';
import { SignedIn } from '../SignIn';
import '../style.css';

watchAddress();
const Editor = lazy(() => import('./Editor'));
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SignedIn>
      <Suspense fallback={<p className="state">Loading GraphiQL…</p>}>
        <Editor />
      </Suspense>
    </SignedIn>
  </StrictMode>,
);
