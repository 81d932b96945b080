import { readFileSync, writeFileSync } from 'node:fs';
import {
  renderActionYml,
  renderFindings,
  renderInputsTable,
  renderLookRole,
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
const plan = replaceSection(readFileSync('docs/plan.md', 'utf8'), 'role', renderReadOnlyRole());
writeFileSync('docs/plan.md', replaceSection(plan, 'look-role', renderLookRole()));
