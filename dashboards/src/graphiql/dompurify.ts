import purify from 'dompurify';

/** What Monaco imports of its own, outdated copy of DOMPurify; vite.config.ts puts this in its place. */
export const { addHook, removeHook, sanitize } = purify;
