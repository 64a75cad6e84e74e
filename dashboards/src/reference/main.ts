import { root } from '../root';
import '../style.css';
import './reference.css';
import { search, type Entry } from './search';

const SHOWN = 30;

const place = document.querySelector('search') as HTMLElement;
const input = place.querySelector('input')!;
const status = place.querySelector('[role=status]')!;
const list = place.querySelector('ul')!;
let entries: Promise<Entry[]> | undefined;

place.hidden = false;
input.addEventListener('input', async () => {
  const words = input.value;
  const found = search(await (entries ??= load()), words);
  if (words === input.value) show(words, found);
});

async function load(): Promise<Entry[]> {
  return (await fetch(`${root}docs/search.json`)).json();
}

function show(words: string, found: Entry[]) {
  status.textContent = words.trim() === '' ? '' : found.length > SHOWN ? `${found.length} sections, the nearest ${SHOWN}` : `${found.length} sections`;
  list.replaceChildren(...found.slice(0, SHOWN).map(({ title, page, address }) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `${root}docs/${address}`.replace('docs/index.html', 'docs');
    link.textContent = title;
    const where = document.createElement('span');
    where.className = 'note';
    where.textContent = page;
    item.append(link, ' ', where);
    return item;
  }));
}
