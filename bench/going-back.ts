import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClusterClient } from '../src/adapters/kubernetes/cluster-client.js';
import type { ClusterClient } from '../src/ports/cluster-client.js';
import { type JournalHead, readJournal } from '../src/upgrade/journal/journal.js';
import { installCalico } from '../test-cluster/ready-made/install-calico.js';
import { manifestDirectory } from '../test-cluster/ready-made/manifests.js';
import { startCluster } from '../test-cluster/start-cluster.js';
import { settled } from './waves.js';

const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'] as const;
const POLL_MS = 200;

/** What a whole upgrade took to an image that does not pull, in seconds from the moment its first wave began. */
export interface GoingBackMeasurement {
  readonly nodes: number;
  /** Until the journal says that the way back is under way, which it does before the first write. */
  readonly begunSeconds: number;
  /** Until the program had ended. */
  readonly overSeconds: number;
}

/**
 * Runs the built program on a cluster of its own with so many light nodes. The image can be pulled beforehand, and not
 * any more when the nodes change.
 *
 * @throws EnvironmentError where no cluster can be had; Error where the upgrade did not go back by itself
 */
export async function measureGoingBack(nodes: number): Promise<GoingBackMeasurement> {
  const cluster = await startCluster({ lightNodes: nodes, controllerRate: 'default' });
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const client = await createClusterClient(cluster.kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: OLDER });
    await settled(client);
    writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig);
    const ended = runUpgrade(folder);
    await journalSays(client, ended, () => true);
    await cluster.lightNodes.setFaults([
      { on: { image: 'calico/node', version: NEWER }, fault: { kind: 'image-pull' } },
    ]);
    await journalSays(client, ended, ({ stage }) => stage === 'node');
    const begun = Date.now();
    await journalSays(client, ended, ({ mode, step }) => mode === 'rollback' && step !== '');
    const begunSeconds = (Date.now() - begun) / 1000;
    const output = await ended;
    const overSeconds = (Date.now() - begun) / 1000;
    if (!output.includes('rolled back')) throw new Error(output);
    return { nodes, begunSeconds, overSeconds };
  } finally {
    rmSync(folder, { recursive: true });
    await cluster.stop();
  }
}

/** What the program printed, once it has ended. */
function runUpgrade(folder: string): Promise<string> {
  const flags = {
    mode: 'upgrade',
    target: NEWER,
    kubeconfig: 'kubeconfig',
    manifests: manifestDirectory(),
    force: 'true',
    'network-test': 'false',
    'stage-timeout-seconds': '300',
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(process.execPath, [resolve('dist/index.js'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', () => done(output));
  });
}

/** Waits until the journal says something; what the program printed is the error where it ended before that. */
async function journalSays(
  client: ClusterClient,
  ended: Promise<string>,
  isSo: (head: JournalHead) => boolean,
): Promise<void> {
  const over = new AbortController();
  const outcome = ended.then((output) => {
    if (!over.signal.aborted) throw new Error(output);
  });
  try {
    await Promise.race([outcome, said(client, isSo, over.signal)]);
  } finally {
    over.abort();
  }
}

async function said(
  client: ClusterClient,
  isSo: (head: JournalHead) => boolean,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const head = await readJournal(client);
    if (head !== null && isSo(head)) return;
    await sleep(POLL_MS);
  }
}
