import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { watchAddress } from './session';
import { SignedIn } from './SignIn';
import './style.css';

watchAddress();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SignedIn>
      <App />
    </SignedIn>
  </StrictMode>,
);
