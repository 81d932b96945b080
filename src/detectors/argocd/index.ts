import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const argocd: Detector = {
  format: 'argocd',
  hint: String.raw`argoproj\.io/`,
  extract,
};
