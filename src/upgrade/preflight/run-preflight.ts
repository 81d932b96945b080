import { cniFiles } from './checks/cni-files.js';
import { data } from './checks/data.js';
import { dataplane } from './checks/dataplane.js';
import { deletion } from './checks/deletion.js';
import { health } from './checks/health.js';
import { iptablesBackends } from './checks/iptables-backends.js';
import { images } from './checks/images.js';
import { nodeLooks } from './checks/node-looks.js';
import { nodes } from './checks/nodes.js';
import { operator } from './checks/operator.js';
import { pools } from './checks/pools.js';
import { refusals } from './checks/refusals.js';
import { rendered } from './checks/rendered.js';
import { rollout } from './checks/rollout.js';
import { run } from './checks/run.js';
import { storedObjects } from './checks/stored-objects.js';
import { tiers } from './checks/tiers.js';
import { typha } from './checks/typha.js';
import { versions } from './checks/versions.js';
import type { PreflightFinding, PreflightInput, Weight } from './preflight.js';

const CHECKS = [
  refusals,
  versions,
  health,
  deletion,
  tiers,
  nodes,
  nodeLooks,
  cniFiles,
  iptablesBackends,
  images,
  rollout,
  typha,
  pools,
  dataplane,
  operator,
  rendered,
  data,
  storedObjects,
  run,
] as const;
const WEIGHTS: readonly Weight[] = ['mandatory', 'skippable', 'warning', 'notice'];

/** Everything that is to be said about a cluster before it is upgraded, what stops it first. Pure. */
export function runPreflight(input: PreflightInput): readonly PreflightFinding[] {
  const found = CHECKS.flatMap((check) => check(input));
  return WEIGHTS.flatMap((weight) => found.filter((one) => one.weight === weight));
}

/** Whether a finding stops an upgrade: mandatory ones always, skippable ones unless forced. */
export function isBlocking({ weight }: PreflightFinding, force: boolean): boolean {
  return weight === 'mandatory' || (weight === 'skippable' && !force);
}
