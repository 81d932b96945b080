import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ROLLBACK_KINDS } from '../../../src/findings/rollback-registry.js';

const page = readFileSync('docs/rollback.md', 'utf8');
const documented = [...page.matchAll(/^\| `(rollback-[a-z-]+)` *\| *\S/gm)].map(([, code]) => code);

test('docs/rollback.md has a row with a meaning for every code', () => {
  expect(Object.keys(ROLLBACK_KINDS).filter((code) => !documented.includes(code))).toEqual([]);
});

test('and for none that there is not', () => {
  expect(documented.filter((code) => code === undefined || !(code in ROLLBACK_KINDS))).toEqual([]);
});
