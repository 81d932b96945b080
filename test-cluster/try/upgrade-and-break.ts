import { randomBytes } from 'node:crypto';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { waitForCalico } from '../cli/wait-for-calico.js';
import { installCalico } from '../ready-made/install-calico.js';
import { manifestDirectory } from '../ready-made/manifests.js';
import { startCluster } from '../start-cluster.js';
import type { TestCluster } from '../types.js';
import { type ActionRun, runAction } from './run-action.js';
import { announce, say } from './say.js';

export const LIGHT_NODES = 4;
export const RELEASES = { installed: 'v3.30.7', good: 'v3.31.7', bad: 'v3.32.1' } as const;

/**
 * Brings a cluster up, upgrades it, breaks the next upgrade, and takes the cluster down.
 *
 * @returns whether all went as it should
 */
export async function upgradeAndBreak(reportDir: string): Promise<boolean> {
  announce('1. A cluster of its own');
  const cluster = await startCluster({ lightNodes: LIGHT_NODES, onProgress: say });
  try {
    await install(cluster);
    const upgraded = await upgradeWell(cluster, `${reportDir}/upgrade`);
    if (!upgraded) return false;
    return await upgradeBadly(cluster, `${reportDir}/broken-upgrade`);
  } finally {
    await cluster.stop();
    say('The cluster is gone.');
  }
}

async function install(cluster: TestCluster): Promise<void> {
  say(`Calico ${RELEASES.installed} is installed by upstream’s manifest`);
  const client = await createClusterClient(cluster.kubeconfig, null);
  await installCalico(client, {
    method: 'manifest',
    version: RELEASES.installed,
    customisations: { mtu: 1400 },
  });
  const missing = await waitForCalico(client, 'manifest');
  if (missing !== null) throw new Error(`Calico did not become ready: ${missing}`);
  say('It is ready. Somebody has set its MTU to 1400 by hand: that has to survive.');
}

async function upgradeWell(cluster: TestCluster, reportDir: string): Promise<boolean> {
  announce(`2. An upgrade to Calico ${RELEASES.good}`);
  say(
    'It plans, makes a backup and proves it, pulls the images on every node, and moves one node, then two at a time.',
  );
  const run = await upgrade(cluster, RELEASES.good, reportDir);
  return tell(run, 'passed', reportDir, `Calico ${RELEASES.good} runs, with the MTU as it was set.`);
}

async function upgradeBadly(cluster: TestCluster, reportDir: string): Promise<boolean> {
  announce(`3. An upgrade to Calico ${RELEASES.bad} that goes wrong`);
  await cluster.lightNodes.setFaults([
    {
      on: { image: 'calico/node', version: RELEASES.bad },
      fault: { kind: 'crash-loop', container: 'calico-node', exitCode: 1, backOffMs: 500 },
    },
  ]);
  say(`From now on calico-node ${RELEASES.bad} crashes wherever it starts. Nobody has told the action.`);
  const run = await upgrade(cluster, RELEASES.bad, reportDir);
  const outcome = `The first node showed it, no other was touched, and Calico ${RELEASES.good} runs again everywhere.`;
  return tell(run, 'rolled-back', reportDir, outcome);
}

function upgrade(cluster: TestCluster, target: string, reportDir: string): Promise<ActionRun> {
  return runAction(
    [
      ...['--mode', 'upgrade', '--kubeconfig', cluster.kubeconfigPath, '--target', target],
      ...['--manifests', manifestDirectory(), '--max-unavailable', '2', '--soak-seconds', '2'],
      // Simulated nodes say little of themselves, and there is no network to test
      ...['--force', 'true', '--network-test', 'false', '--stage-timeout-seconds', '120'],
      ...['--encryption-key', randomBytes(12).toString('hex')],
    ],
    reportDir,
  );
}

function tell({ status, result }: ActionRun, wanted: string, reportDir: string, outcome: string): boolean {
  if (result !== wanted) {
    say(
      `That should have ended as ${wanted}, and ended as ${result || 'no report'} (exit status ${status}).`,
    );
    return false;
  }
  say(`${outcome} Look at ${reportDir}/report.html.`);
  return true;
}
