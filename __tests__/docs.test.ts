import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import {
  renderActionYml,
  renderFindings,
  renderInputsTable,
  renderLookRole,
  renderOutputsTable,
  renderPreflight,
  renderReadOnlyRole,
} from '../scripts/docs/render.js';
import { INPUTS, OUTPUTS, type InputSpec } from '../src/inputs-table.js';

const readText = (path: string): string => readFileSync(path, 'utf8');

interface ActionYml {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required: boolean }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly runs: { readonly using: string; readonly main: string };
}

describe('what users read is what the code does', () => {
  test('action.yml has every input with its default, every output, and runs dist on node24', () => {
    const action = load(readText('action.yml')) as ActionYml;
    expect(Object.keys(action.inputs)).toEqual(INPUTS.map(({ name }) => name));
    expect(INPUTS.map((input: InputSpec) => action.inputs[input.name]?.default ?? '')).toEqual(
      INPUTS.map((input) => input.default),
    );
    expect(Object.keys(action.outputs)).toEqual(OUTPUTS.map(({ name }) => name));
    expect(action.runs).toMatchObject({ using: 'node24', main: 'dist/index.js' });
  });

  test('generated files are current: npm run docs', () => {
    expect(readText('action.yml')).toBe(renderActionYml());
    expect(readText('docs/findings.md')).toBe(renderFindings());
    expect(readText('docs/preflight.md')).toBe(renderPreflight());
    expect(readText('docs/plan.md')).toContain(renderReadOnlyRole());
    expect(readText('docs/plan.md')).toContain(renderLookRole());
    expect(readText('README.md')).toContain(renderInputsTable());
    expect(readText('README.md')).toContain(renderOutputsTable());
  });

  test('the README opens with the two commands', () => {
    const [first = '', second = ''] = readText('README.md').split('```')[1]?.split('\n').slice(1) ?? [];
    expect(first).toMatch(/^node dist\/index\.js --mode check --path examples\/fleet/);
    expect(second).toMatch(/^npm ci && npm test/);
  });

  test('every relative link in the documentation leads somewhere', () => {
    for (const file of ['README.md', 'CONTRIBUTING.md', 'docs/scope.md', 'docs/catalog.md', 'docs/plan.md']) {
      const folder = file.includes('/') ? file.replace(/[^/]*$/, '') : '';
      for (const [, target = ''] of readText(file).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
        if (!target.includes('://')) expect(() => readFileSync(`${folder}${target}`)).not.toThrow(/ENOENT/);
      }
    }
  });
});
