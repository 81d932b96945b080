import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from '../src/cluster/inspect.js';
import { type ClusterSize, createSyntheticCluster } from './synthetic-cluster.js';

/** What reading a cluster cost. */
export interface InspectMeasurement extends ClusterSize {
  readonly requests: number;
  /** Objects that were sent; IPAM's are only counted. */
  readonly objects: number;
  readonly seconds: number;
  /** Largest resident set of the whole process, in MiB. */
  readonly peakMib: number;
}

/** The design point: goals are 512 MiB, and a request for every 500 objects. */
export const DESIGN_POINT: ClusterSize = { nodes: 5000, podsPerNode: 20, calicoObjects: 100_000 };

/** Reads a made-up cluster of that size in a process of its own. */
export function measureInspect(size: ClusterSize = DESIGN_POINT): InspectMeasurement {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const args = ['--import', tsx, fileURLToPath(import.meta.url), JSON.stringify(size)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Reading the made-up cluster failed: ${stderr}`);
  return JSON.parse(stdout) as InspectMeasurement;
}

async function run(size: ClusterSize): Promise<InspectMeasurement> {
  const cluster = createSyntheticCluster(size);
  const start = process.hrtime.bigint();
  const state = await inspect(cluster);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const counted = Object.values(state.calico?.data.counts ?? {}).reduce((total, count) => total + count, 0);
  if (state.nodes.length !== size.nodes || counted !== size.calicoObjects)
    throw new Error(`${state.nodes.length} nodes and ${counted} objects were read`);
  const peakMib = process.resourceUsage().maxRSS / 1024;
  return { ...size, requests: cluster.requests(), objects: cluster.sent(), seconds, peakMib };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const size = process.argv[2] === undefined ? DESIGN_POINT : (JSON.parse(process.argv[2]) as ClusterSize);
  process.stdout.write(`${JSON.stringify(await run(size))}\n`);
}
