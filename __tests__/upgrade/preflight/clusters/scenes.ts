import type { PreflightCode } from '../../../../src/findings/preflight-registry.js';
import type { Scene } from './scene.js';
import { DATA_SCENES } from './scenes-data.js';
import { INSTALL_SCENES } from './scenes-install.js';
import { NODE_SCENES } from './scenes-nodes.js';
import { RUN_TIME_SCENES } from './scenes-run-time.js';

/** For every code a cluster that shows it, or why no cluster of objects can. */
export const SCENES: Readonly<Record<PreflightCode, Scene | { readonly why: string }>> = {
  ...INSTALL_SCENES,
  ...NODE_SCENES,
  ...RUN_TIME_SCENES,
  ...DATA_SCENES,
};
