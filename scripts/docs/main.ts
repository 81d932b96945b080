import { readFileSync, writeFileSync } from 'node:fs';
import {
  renderActionYml,
  renderFindings,
  renderInputsTable,
  renderOutputsTable,
  renderPreflight,
  renderReadOnlyRole,
  replaceSection,
} from './render.js';

const readme = readFileSync('README.md', 'utf8');
const withInputs = replaceSection(readme, 'inputs', renderInputsTable());
writeFileSync('README.md', replaceSection(withInputs, 'outputs', renderOutputsTable()));
writeFileSync('action.yml', renderActionYml());
writeFileSync('docs/findings.md', renderFindings());
writeFileSync('docs/preflight.md', renderPreflight());
writeFileSync(
  'docs/plan.md',
  replaceSection(readFileSync('docs/plan.md', 'utf8'), 'role', renderReadOnlyRole()),
);
