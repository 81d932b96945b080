import type { PreflightCode } from '../../../../src/findings/preflight-registry.js';
import type { Scene } from './scene.js';
import { DATA_SCENES } from './scenes-data.js';
import { INSTALL_SCENES } from './scenes-install.js';
import { NODE_SCENES } from './scenes-nodes.js';
import { RUN_TIME_SCENES } from './scenes-run-time.js';

/** For every code a cluster that shows it. */
export const SCENES: Readonly<Record<PreflightCode, Scene>> = {
  ...INSTALL_SCENES,
  ...NODE_SCENES,
  ...RUN_TIME_SCENES,
  ...DATA_SCENES,
};
