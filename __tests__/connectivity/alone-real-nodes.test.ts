import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createBundleDirectory } from '../../src/adapters/bundle-directory.js';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../src/cluster/inspect.js';
import { PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import type { NetworkRound } from '../../src/connectivity/results.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { saveBundle } from '../../src/upgrade/backup/save-bundle.js';
import { LOCK } from '../../src/upgrade/lock/lock.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import { provideCalicoImages } from '../../test-cluster/real-nodes/calico-stand-in.js';
import { openRealNode } from '../../test-cluster/real-nodes/real-node.js';
import { makeFolder, removeFolders, type Run, runProgram } from '../end-to-end/run-program.js';
import { podImages, rolledOut } from '../upgrade/restore/live-run.js';

const [OLDER, NEWER] = ['v3.29.7', 'v3.30.7'];
const DROP = ['FORWARD', '-j', 'DROP'];
/** Nothing on these nodes enforces policies. */
const SETTINGS = 'skip: policy-ingress, policy-egress, policy-calico, policy-tiers\nsettle-seconds: 20';

describeInTurn('network by itself', () => {
  describeWithCalico('the network test by itself on real nodes', { realNodes: 2, own: true }, (cluster) => {
    let client: ClusterClient;
    let folder: string;

    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      folder = makeFolder({ kubeconfig: cluster().kubeconfig });
      for (const version of [OLDER, NEWER]) {
        await provideCalicoImages(cluster().directory, version, { readyAfterSeconds: 0 });
      }
      await installCalico(client, { method: 'manifest', version: OLDER });
      await rolledOut(client);
      await saveBundle(client, await inspect(client), await createBundleDirectory(join(folder, 'backup')), {
        madeBy: '0.1.0',
        createdAt: new Date().toISOString(),
        run: '',
        encrypt: null,
      });
    }, 300_000);
    afterAll(removeFolders);

    function run(mode: 'plan' | 'rollback', ...flags: readonly string[]): Promise<Run> {
      const probes = ['--probe-image', AGNHOST_IMAGE, '--network-test-settings', SETTINGS];
      const cautious = ['--kubeconfig', 'kubeconfig', '--force', 'true', '--soak-seconds', '0'];
      return runProgram(folder, ['--mode', mode, ...cautious, ...probes, ...flags]);
    }

    const plan = (): Promise<Run> =>
      run('plan', '--network-test', 'always', '--target', OLDER, '--manifests', manifestDirectory());

    function roundsOf({ report }: Run): readonly NetworkRound[] {
      const { probes } = report as unknown as { readonly probes: { readonly rounds: NetworkRound[] } };
      return probes.rounds;
    }

    async function expectNothingLeft(): Promise<void> {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: PROBE_NAMESPACE };
      expect([await client.get(namespace), await client.get(LOCK)]).toEqual([null, null]);
    }

    it('a plan with it passes where traffic flows, and leaves nothing', async () => {
      const { status, output, report } = await plan();
      expect([status, status === 0 ? '' : output]).toEqual([0, '']);
      expect(report).toMatchObject({ result: 'nothing-to-do', networkFault: null });
      expect(output).toContain('all paths that were tried work');
      await expectNothingLeft();
    }, 300_000);

    it('fails where one node drops what it forwards, and names it', async () => {
      const node = openRealNode(cluster().directory, 'real-2');
      await node.run(['iptables', '-I', ...DROP]);
      try {
        const broken = await plan();
        expect(broken.status).toBe(1);
        expect(broken.report).toMatchObject({ result: 'failed' });
        expect(broken.output).toMatch(/does not work: .*pod-cross-node/);
        expect(broken.output).toMatch(/on real-2/);
        expect(roundsOf(broken)[0]?.paths.filter(({ judgement }) => judgement !== 'passed')).toContainEqual(
          expect.objectContaining({ scenario: 'pod-same-node', from: 'real-2', to: 'real-2' }),
        );
      } finally {
        await node.run(['iptables', '-D', ...DROP]);
      }
      await expectNothingLeft();
    }, 300_000);

    it('a rollback tries the network before and after, and ends well where it works', async () => {
      await installCalico(client, { method: 'manifest', version: NEWER, command: 'apply --server-side' });
      await rolledOut(client);
      const back = await run('rollback', '--backup-artifact', 'backup');
      expect([back.status, back.status === 0 ? '' : back.output]).toEqual([0, '']);
      expect(back.report?.result).toBe('rolled-back');
      expect(roundsOf(back).map(({ when }) => when)).toEqual(['before', 'end']);
      expect(roundsOf(back)[1]?.paths.every(({ judgement }) => judgement === 'passed')).toBe(true);
      process.stderr.write(
        `${roundsOf(back)
          .map(({ when, ms, requests }) => `${when}: ${ms} ms, ${requests} requests`)
          .join('\n')}\n`,
      );
      expect((await podImages(client)).every((image) => image.endsWith(OLDER))).toBe(true);
      await expectNothingLeft();
    }, 480_000);
  });
});
