/**
 * The path under which the server is seen, with a slash at its end: `/`, or the prefix of a proxy or of the server's own. Only the
 * browser knows it, from where this module came: `assets/` when built, `src/` in development.
 */
const here: string = import.meta.url;

export const root = new URL('..', here).pathname;
