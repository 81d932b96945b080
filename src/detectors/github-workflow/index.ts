import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const githubWorkflow: Detector = {
  format: 'github-workflow',
  hint: String.raw`jobs:|runs:`,
  matches: (path) => /\.ya?ml$/.test(path) && /(?:^|\/)(?:\.github\/|action\.ya?ml$)/.test(path),
  extract,
};
