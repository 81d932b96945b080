import { readFileSync, writeFileSync } from 'node:fs';
import {
  renderActionYml,
  renderFindings,
  renderInputsTable,
  renderOutputsTable,
  replaceSection,
} from './render.js';

const readme = readFileSync('README.md', 'utf8');
const withInputs = replaceSection(readme, 'inputs', renderInputsTable());
writeFileSync('README.md', replaceSection(withInputs, 'outputs', renderOutputsTable()));
writeFileSync('action.yml', renderActionYml());
writeFileSync('docs/findings.md', renderFindings());
