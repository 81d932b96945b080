import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const flux: Detector = {
  format: 'flux',
  hint: String.raw`toolkit\.fluxcd\.io/`,
  extract,
};
