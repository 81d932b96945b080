import { describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { chooseReleaseSecrets, decodeHelmRelease } from '../../../src/cluster/interpret/helm-release.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { installation, object, operatorNode, tigeraOperator } from '../build.js';
import { createObjectsClient } from '../objects-client.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { cluster } from '../build.js';
import { calicoOf, stateOf } from '../state-of.js';

const MANIFEST = `---
# Source: tigera-operator/templates/psp.yaml
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata:
  name: tigera-operator
---
apiVersion: "apps/v1"
kind: Deployment
spec:
  kind: not-this
---
apiVersion: apps/v1
kind: Deployment
`;
const release = (parts: object = {}): object => ({
  name: 'calico',
  namespace: 'tigera-operator',
  version: 3,
  info: { status: 'deployed' },
  chart: { metadata: { name: 'tigera-operator', version: 'v3.28.2', appVersion: 'v3.28.2' } },
  config: { installation: { calicoNetwork: { mtu: 1400 } } },
  manifest: MANIFEST,
  ...parts,
});
const pack = (value: object): string =>
  Buffer.from(gzipSync(JSON.stringify(value)).toString('base64')).toString('base64');
const secret = (data: string, revision = 3, status = 'deployed'): KubernetesObject =>
  object(
    'v1',
    'Secret',
    {
      name: `sh.helm.release.v1.calico.v${revision}`,
      namespace: 'tigera-operator',
      labels: { owner: 'helm', name: 'calico', status, version: String(revision) },
    },
    { type: 'helm.sh/release.v1', data: { release: data } },
  );
const marks = {
  annotations: { 'meta.helm.sh/release-name': 'calico', 'meta.helm.sh/release-namespace': 'tigera-operator' },
};
const install = [tigeraOperator('v1.34.5', { metadata: marks }), installation(), operatorNode('v3.28.2')];

describe('a Helm release', () => {
  test('is decoded: chart, values, and the kinds of its manifest', () => {
    expect(decodeHelmRelease(secret(pack(release())))).toEqual({
      name: 'calico',
      namespace: 'tigera-operator',
      chart: 'tigera-operator',
      chartVersion: 'v3.28.2',
      revision: 3,
      status: 'deployed',
      values: { installation: { calicoNetwork: { mtu: 1400 } } },
      objects: [
        { apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', metadata: { name: 'tigera-operator' } },
      ],
      apiVersions: [
        { apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy' },
        { apiVersion: 'apps/v1', kind: 'Deployment' },
      ],
    });
  });

  test('objects that it made are there, but for Secrets, definitions, and what cannot be read', () => {
    const document = (kind: string, rest = ''): string =>
      `---\n# Source: x\napiVersion: v1\nkind: ${kind}\nmetadata:\n  name: of-${kind}\n${rest}`;
    const manifest = [
      document('Secret', 'data: { token: c2VjcmV0 }\n'),
      document('CustomResourceDefinition'),
      document('ConfigMap', 'data: { broken: [\n'),
      document('Role', 'rules: &x [a]\nmore: [*x, *x]\n'),
      document('ServiceAccount', 'imagePullSecrets: []\n'),
    ].join('');
    const decoded = decodeHelmRelease(secret(pack(release({ manifest }))));
    expect(decoded).toMatchObject({ objects: [{ kind: 'ServiceAccount', imagePullSecrets: [] }] });
    expect(JSON.stringify(decoded)).not.toContain('c2VjcmV0');
  });

  test('that is not packed is read too', () => {
    const plain = Buffer.from(Buffer.from(JSON.stringify(release())).toString('base64')).toString('base64');
    expect(decodeHelmRelease(secret(plain))).toMatchObject({ chart: 'tigera-operator' });
  });

  test.each([
    ['nothing', ''],
    ['no base64', '!!!'],
    [
      'a broken archive',
      Buffer.from(Buffer.from([0x1f, 0x8b, 0x08, 0, 1, 2, 3]).toString('base64')).toString('base64'),
    ],
    ['no JSON', Buffer.from(gzipSync('nonsense').toString('base64')).toString('base64')],
    ['a list', Buffer.from(gzipSync('[]').toString('base64')).toString('base64')],
  ])('that is %s is a problem, not an exception', (_, data) => {
    expect(decodeHelmRelease(secret(data))).toHaveProperty('problem');
  });

  test('that unpacks to more than a release ever has is not unpacked', () => {
    const bomb = Buffer.from(gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64')).toString('base64');
    expect(decodeHelmRelease(secret(bomb))).toEqual({
      problem: 'it does not unpack to less than 50331648 bytes',
    });
  });

  test('the highest revision is the latest, by number and not by name', () => {
    const { latest, deployed } = chooseReleaseSecrets([
      secret('', 9, 'superseded'),
      secret('', 10, 'deployed'),
      secret('', 11, 'failed'),
    ]);
    expect([latest?.metadata.name, deployed?.metadata.name]).toEqual([
      'sh.helm.release.v1.calico.v11',
      'sh.helm.release.v1.calico.v10',
    ]);
  });

  test('is found by what Helm wrote on the operator, and is a source of the version', async () => {
    const calico = await calicoOf([...install, secret(pack(release()))]);
    expect(calico.helm).toMatchObject({ name: 'calico', revision: 3 });
    expect(calico.versions.readings.find(({ source }) => source === 'helm-chart')?.text).toBe(
      'tigera-operator v3.28.2',
    );
  });

  test('whose last upgrade failed has the status of that, and the values of what is deployed', async () => {
    const { helm } = await calicoOf([...install, secret(pack(release()), 3), secret('unread', 4, 'failed')]);
    expect(helm).toMatchObject({
      revision: 4,
      status: 'failed',
      values: { installation: { calicoNetwork: { mtu: 1400 } } },
    });
  });

  test('of another install is not read', async () => {
    const client = createObjectsClient([
      ...cluster(),
      tigeraOperator('v1.34.5'),
      installation(),
      operatorNode('v3.28.2'),
      secret(pack(release())),
    ]);
    expect((await inspect(client)).calico?.helm).toBeNull();
    expect(client.asked.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  test('that may not be read is noted, with what is not known', async () => {
    const { unreadable } = await stateOf(install, { refuse: ({ kind }) => (kind === 'Secret' ? 403 : null) });
    expect(unreadable).toEqual([
      {
        resource: 'secrets',
        reason: 'The API server refused to list Secret.',
        isForbidden: true,
        hides: 'which values the Helm release was made with, and whether it holds removed APIs',
      },
    ]);
  });

  test('that does not decode is noted', async () => {
    const { unreadable } = await stateOf([...install, secret('!!!')]);
    expect(unreadable.map(({ reason }) => reason)).toEqual([
      'The Helm release in the Secret tigera-operator/sh.helm.release.v1.calico.v3 cannot be decoded: it is not JSON.',
    ]);
  });

  test('a chart whose version differs from what runs is a conflict', async () => {
    const other = release({ chart: { metadata: { name: 'tigera-operator', version: 'v3.27.0' } } });
    const { versions } = await calicoOf([...install, ...[secret(pack(other))]]);
    expect(versions.verdict).toBe('conflict');
  });
});
