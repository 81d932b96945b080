import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findProgram } from '../../test-cluster/binaries.js';
import { operatorObjects } from '../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../test-cluster/ready-made/install-objects.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { isDefinition, manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import { hasHelm, runHelm } from '../test-cluster/run-helm.js';
import { installChart, packChart } from '../upgrade/helm-chart.js';
import { contentsOf } from '../upgrade/restore/live-run.js';
import { type OperatorScene, running, startScene } from '../upgrade/restore/operator-scene.js';
import { makeFolder, removeFolders, type Run, runProgram } from './run-program.js';

const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];
const KEY = 'correct horse battery staple';
const SECRET = 'a-password-that-nobody-sees';
const PULL = JSON.stringify({ auths: { 'registry.example.com': { auth: SECRET } } });
const VALUES = { installation: { controlPlaneReplicas: 1 }, imagePullSecrets: { pull: PULL } };
const FILES = ['tigera-operator.yaml', 'operator-crds.yaml', 'custom-resources.yaml'];

describeWithCalico(
  'upgrade of an install by Helm, as users run it',
  { own: true, lightNodes: 2 },
  (cluster) => {
    // Ends before the cluster does
    (hasHelm() ? describe : describe.skip)('without a way out', () => {
      let scene: OperatorScene;
      let folder: string;
      let before: ReadonlyMap<string, string>;

      beforeAll(async () => {
        scene = await startScene(cluster());
        const { client, operator } = scene;
        const objects = operatorObjects(OLDER).filter((one) => isDefinition(one) || one.kind === 'Namespace');
        await installObjects(client, objects, { command: 'apply --server-side' });
        await installChart(cluster(), await packChart(cluster(), OLDER), VALUES);
        await running(client, OLDER);
        await operator.settle();
        before = await contentsOf(client);
        const { file, bytes } = await packChart(cluster(), NEWER);
        const mirror = [OLDER, NEWER].flatMap((version) =>
          FILES.map((name) => [
            `mirror/${version}/${name}`,
            readFileSync(join(manifestDirectory(), version, name)),
          ]),
        );
        folder = makeFolder({
          kubeconfig: cluster().kubeconfig,
          ...(Object.fromEntries(mirror) as Readonly<Record<string, Uint8Array>>),
          [`mirror/${NEWER}/${file}`]: bytes,
        });
      }, 240_000);
      afterAll(async () => {
        await scene.stop();
        removeFolders();
      });

      const COMMON = [
        '--kubeconfig',
        'kubeconfig',
        '--force',
        'true',
        '--encryption-key',
        KEY,
        '--soak-seconds',
        '0',
      ];
      // Light nodes run nothing that a network could be tested with
      const UPGRADE = ['--mode', 'upgrade', '--target', NEWER, '--network-test', 'false'];

      async function run(...flags: readonly string[]): Promise<Run> {
        const path = [dirname(await findProgram('helm')), process.env['PATH'] ?? ''].join(delimiter);
        return runProgram(folder, [...flags, ...COMMON], { PATH: path });
      }

      it('takes the chart from beside the manifests, tells no secret, and rollback gives all of it back', async () => {
        const up = await run(...UPGRADE, '--manifests', 'mirror');
        expect(up.output).toContain(`helm upgrade of calico to tigera-operator-${NEWER}.tgz`);
        expect(up.output).toContain(`upgraded: Calico ${NEWER} runs everywhere.`);
        expect(up.status).toBe(0);
        const told = readdirSync(up.reportDir, { recursive: true, encoding: 'utf8' })
          .filter((name) => /\.(?:json|md|ya?ml|txt|sarif)$/.test(name))
          .map((name) => readFileSync(join(up.reportDir, name), 'utf8'));
        for (const text of [up.output, ...told]) {
          expect(text).not.toContain(SECRET);
          expect(text).not.toContain(Buffer.from(PULL).toString('base64'));
        }
        const list = ['list', '--namespace', 'tigera-operator'];
        expect(await runHelm(cluster(), ...list)).toContain(`tigera-operator-${NEWER}`);

        const backup = readdirSync(up.reportDir).find((name) => name.startsWith('backup-')) ?? '';
        const flags = ['--mode', 'rollback', '--network-test', 'false'];
        const back = await run(...flags, '--backup-artifact', join(up.reportDir, backup));
        expect(back.output).toContain(`rolled back: Calico ${OLDER}`);
        expect(back.status).toBe(0);
        await scene.operator.settle();
        expect(await contentsOf(scene.client)).toEqual(before);
        expect(await runHelm(cluster(), ...list)).toContain(`tigera-operator-${OLDER}`);
      }, 400_000);
    });
  },
);
