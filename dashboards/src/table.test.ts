import { expect, test } from 'vitest';
import { toCsv } from './table';

test('values are exact, and quoted where they have to be', () => {
  const columns = [{ name: 'Run, "name"', kind: 'TEXT' }, { name: 'Rate', kind: 'SHARE' }] as const;
  const rows = [['a,b', 0.7129520471562848], ['', null], ['two\nlines', { value: 2, kind: 'USD' as const }]];
  expect(toCsv({ columns: [...columns], rows })).toBe('"Run, ""name""",Rate\r\n"a,b",0.7129520471562848\r\n,\r\n"two\nlines",2\r\n');
});

test('a text is never a formula', () => {
  expect(toCsv({ columns: [{ name: 'Name', kind: 'TEXT' }], rows: [['=1+1'], [-1]] })).toBe("Name\r\n'=1+1\r\n-1\r\n");
});
