/**
 * Marks GraphiQL's tabs for screen readers as a list of buttons. It says that they are tabs; but a tab is read as one thing, so
 * that nobody who listens finds the buttons in it, one to open it and one to close it.
 */
export function listTabs(page: HTMLElement) {
  const observer = new MutationObserver(() => list(page));
  observer.observe(page, { subtree: true, childList: true, attributeFilter: ['aria-selected'] });
  list(page);
  return () => observer.disconnect();
}

function list(page: HTMLElement) {
  page.querySelector('.graphiql-tabs[role]')?.removeAttribute('role');
  page.querySelector('#graphiql-session[role=tabpanel]')?.setAttribute('role', 'group');
  for (const tab of page.querySelectorAll('.graphiql-tab[aria-selected]')) {
    const selected = tab.getAttribute('aria-selected') === 'true';
    tab.removeAttribute('role');
    tab.removeAttribute('aria-selected');
    const open = tab.querySelector('.graphiql-tab-button');
    if (selected) open?.setAttribute('aria-current', 'true');
    else open?.removeAttribute('aria-current');
  }
}
