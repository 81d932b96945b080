import { beforeEach, describe, expect, test } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { createAgeBox } from '../../../src/adapters/age.js';
import { ClusterError } from '../../../src/errors.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { SecretBox } from '../../../src/ports/secret-box.js';
import { type Proof, proveBundle } from '../../../src/upgrade/backup/prove-bundle.js';
import { saveBundle } from '../../../src/upgrade/backup/save-bundle.js';
import { UnprovenBundleError } from '../../../src/upgrade/backup/unproven-bundle.js';
import { buildState } from '../../cluster/build-state.js';
import {
  createFakeClusterClient,
  type FakeCall,
  type FakeClusterClient,
  refusal,
  served,
} from '../../ports/fake-cluster-client.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';

const CALICO = 'crd.projectcalico.org/v1';
const STATE = buildState();
const MANAGER = { fieldManager: 'calicoctl' };
const LONG_AGO = '2026-11-01T00:00:00Z';
const CREATED_AT = '2026-11-27T02:00:00.000Z';
const SINCE = '2026-11-27T02:00:07Z';
const PASSPHRASE = 'correct horse battery staple';

function object(apiVersion: string, kind: string, path: string, more: object = {}): KubernetesObject {
  const [name = '', namespace] = path.split('/').reverse();
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...more };
}

const pool = (name: string) => object(CALICO, 'IPPool', name, { spec: { cidr: '10.0.0.0/16' } });
const policy = (name: string) => object(CALICO, 'NetworkPolicy', `shop/${name}`, { spec: { order: 1 } });
const secret = (name: string) =>
  object('v1', 'Secret', `kube-system/${name}`, { type: 'Opaque', data: { password: 'aHVudGVyMg==' } });
const DEFINITION = object(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'ippools.crd.projectcalico.org',
  {
    spec: {
      group: 'crd.projectcalico.org',
      scope: 'Cluster',
      names: { kind: 'IPPool', plural: 'ippools' },
      versions: [{ name: 'v1', served: true }],
    },
  },
);

describe('the proof of a bundle', () => {
  let now: string;
  let onCall: (call: FakeCall) => void;
  let client: FakeClusterClient;
  let box: SecretBox;

  beforeEach(async () => {
    now = LONG_AGO;
    onCall = () => undefined;
    client = createFakeClusterClient({
      now: () => now,
      onCall: (call) => onCall(call),
      kinds: [
        served(CALICO, 'NetworkPolicy', 'networkpolicies'),
        served(CALICO, 'IPAMHandle', 'ipamhandles', false),
        served(CALICO, 'ClusterInformation', 'clusterinformations', false),
      ],
    });
    for (const one of [
      DEFINITION,
      object('v1', 'Namespace', 'shop'),
      object('apps/v1', 'DaemonSet', 'kube-system/calico-node', { spec: {} }),
      object('v1', 'Service', 'kube-system/calico-typha', { spec: { clusterIP: '10.96.0.7' } }),
      object('v1', 'ConfigMap', 'kube-system/somebody-elses'),
      object(CALICO, 'ClusterInformation', 'default'),
      pool('default'),
      policy('one'),
      policy('two'),
      secret('calico-pull-secret'),
    ]) {
      client.set(one);
    }
    box = await createAgeBox(PASSPHRASE, { workFactor: 1 });
  });

  async function save(with_: SecretBox | null = null): Promise<MemoryBundle> {
    const bundle = createMemoryBundle();
    const encrypt = with_?.encrypt ?? null;
    await saveBundle(client, STATE, bundle, { madeBy: '0.1.0', createdAt: CREATED_AT, run: '', encrypt });
    now = SINCE;
    return bundle;
  }

  const prove = (bundle: MemoryBundle, with_: SecretBox | null = null): Promise<Proof> =>
    proveBundle(client, bundle, STATE, { box: with_ });

  async function faultsOf(proof: Promise<unknown>): Promise<readonly string[]> {
    const error: unknown = await proof.catch((thrown: unknown) => thrown);
    if (!(error instanceof UnprovenBundleError)) throw new Error(`Proven, or failed: ${String(error)}`);
    return error.faults;
  }

  test('says what was tried: all that goes back, no definition and no state', async () => {
    const bundle = await save();
    const proof = await prove(bundle);
    expect(proof).toMatchObject({ tried: 5, secrets: null, changed: 0, gone: 0, notes: [] });
    const applied = client.calls.filter(({ verb }) => verb === 'apply');
    expect(applied.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      'DaemonSet calico-node',
      'IPPool default',
      'NetworkPolicy one',
      'NetworkPolicy two',
      'Service calico-typha',
    ]);
    expect(applied.every(({ isDryRun }) => isDryRun)).toBe(true);
  });

  test('tells how far it is', async () => {
    const bundle = await save();
    const said: string[] = [];
    await proveBundle(client, bundle, STATE, { box: null, onProgress: (text) => said.push(text) });
    expect(said.at(-1)).toBe('trying to write the backup back: 0 of 5 objects');
  });

  test('decrypts the Secrets again and counts them', async () => {
    expect(await prove(await save(box), box)).toMatchObject({ secrets: 1, notes: [] });
  });

  test('with a key that only encrypts says that the Secrets were not decrypted', async () => {
    const recipient = await createAgeBox(await identityToRecipient(await generateIdentity()));
    const { secrets, notes } = await prove(await save(recipient), recipient);
    expect(secrets).toBeNull();
    expect(notes).toEqual([expect.stringContaining('a recipient, which only encrypts')]);
  });

  test('takes what a living cluster does meanwhile for no fault, and counts it', async () => {
    const bundle = await save(box);
    client.set(policy('three'));
    client.set(pool('another'));
    client.set(secret('calico-new-secret'));
    client.set(object(CALICO, 'IPAMHandle', 'handle-1'));
    client.set(object(CALICO, 'ClusterInformation', 'default', { spec: { datastoreReady: true } }));
    await client.replace({ ...pool('default'), spec: { cidr: '10.0.0.0/16', disabled: true } }, MANAGER);
    client.remove({ apiVersion: CALICO, kind: 'NetworkPolicy', namespace: 'shop', name: 'two' });
    expect(await prove(bundle, box)).toMatchObject({ changed: 1, gone: 1, tried: 5, notes: [] });
  });

  test('finds what was there before it was begun and is not in it', async () => {
    const bundle = await save(box);
    now = '2026-11-27T01:58:59Z';
    client.set(policy('forgotten'));
    client.set(secret('calico-forgotten'));
    client.set(object('v1', 'ConfigMap', 'kube-system/not-ours'));
    expect(await faultsOf(prove(bundle, box))).toEqual([
      'NetworkPolicy shop/forgotten is on the cluster and not in the bundle',
      'Secret kube-system/calico-forgotten is on the cluster and not in the bundle',
    ]);
  });

  test('allows the clocks to differ a little', async () => {
    const bundle = await save();
    now = '2026-11-27T01:59:30Z';
    client.set(policy('just-made'));
    await expect(prove(bundle)).resolves.toBeDefined();
  });

  test('says in the server’s words what it would not take back', async () => {
    const bundle = await save();
    onCall = ({ verb, kind, name }) => {
      if (verb === 'apply' && kind === 'IPPool') throw refusal(verb, `${kind} ${name}`, 422, 'no such field');
    };
    expect(await faultsOf(prove(bundle))).toEqual([
      'The API server refused to apply IPPool default: HTTP 422: no such field',
    ]);
    await expect(prove(bundle)).rejects.toThrow('did not pass its proof, and is no backup: The API server');
  });

  test('counts the faults, and shows the first', async () => {
    for (let at = 0; at < 20; at++) client.set(policy(`more-${at}`));
    const bundle = await save();
    onCall = ({ verb, kind, name }) => {
      if (verb === 'apply' && kind === 'NetworkPolicy') throw refusal(verb, `${kind} ${name}`, 403, 'no');
    };
    await expect(prove(bundle)).rejects.toThrow(/is no backup: 22 faults: .*; and 17 more\.$/);
  });

  test('ends where very much is refused, which may take long', async () => {
    for (let at = 0; at < 100; at++) client.set(policy(`more-${at}`));
    const bundle = await save();
    onCall = ({ verb, kind, name }) => {
      if (verb === 'apply' && kind === 'NetworkPolicy') throw refusal(verb, `${kind} ${name}`, 403, 'no');
    };
    const faults = await faultsOf(prove(bundle));
    expect(faults.length).toBeGreaterThanOrEqual(24);
    expect(faults.length).toBeLessThan(24 + 8);
  });

  test('takes for no fault what is gone and could not come back now', async () => {
    const bundle = await save();
    client.remove({ apiVersion: CALICO, kind: 'NetworkPolicy', namespace: 'shop', name: 'one' });
    onCall = ({ verb, kind, name }) => {
      if (verb === 'apply' && name === 'one')
        throw refusal(verb, `${kind} shop/${name}`, 404, 'namespaces "shop" not found');
    };
    const { gone, notes } = await prove(bundle);
    expect(gone).toBe(1);
    expect(notes).toEqual([
      expect.stringMatching(/^1 objects were changed or removed on .*\(.* namespaces "shop" not found\)\.$/),
    ]);
  });

  test('takes for no fault what was changed since, so that what it was is refused now', async () => {
    const bundle = await save();
    await client.replace({ ...pool('default'), spec: { cidr: '10.9.0.0/16' } }, MANAGER);
    onCall = ({ verb, kind, name }) => {
      if (verb === 'apply' && kind === 'IPPool') throw refusal(verb, name, 422, 'cidr is immutable');
    };
    const { changed, notes } = await prove(bundle);
    expect(changed).toBe(1);
    expect(notes).toEqual([expect.stringContaining('cidr is immutable')]);
  });

  test('takes a new status for no change', async () => {
    client.set({ ...object('apps/v1', 'DaemonSet', 'kube-system/calico-kind'), spec: {} });
    const bundle = await save();
    const [saved] = client.objects().filter(({ metadata }) => metadata.name === 'calico-kind');
    client.set({ ...saved!, status: { numberReady: 3 } });
    expect(await prove(bundle)).toMatchObject({ changed: 0 });
  });

  test('says what a webhook takes no dry run of', async () => {
    const bundle = await save();
    const text = 'admission webhook "vet.example.com" does not support dry run';
    onCall = ({ verb, kind, name }) => {
      if (verb === 'apply' && kind === 'NetworkPolicy') throw refusal(verb, `${kind} ${name}`, 400, text);
    };
    const { notes } = await prove(bundle);
    expect(notes).toEqual([
      expect.stringContaining('2 objects could not be tried, since a webhook takes no dry run'),
    ]);
  });

  test('that the server does not answer is no verdict of the bundle', async () => {
    const bundle = await save();
    onCall = ({ verb, name }) => {
      if (verb === 'apply') throw refusal(verb, name, 503, 'down');
    };
    await expect(prove(bundle)).rejects.toBeInstanceOf(ClusterError);
    expect(client.calls.filter(({ verb }) => verb === 'apply').length).toBeLessThanOrEqual(8);
  });

  test.each<[string, (bundle: MemoryBundle) => void, string]>([
    [
      'lacks a file',
      ({ files }) => files.delete('objects/crd.projectcalico.org_v1_ippools/_cluster/default.json'),
      'is missing',
    ],
    ['was changed', ({ files }) => files.set('bundle.json', Buffer.from('{}')), 'no readable formatVersion'],
    [
      'has damaged Secrets',
      ({ files }) => files.set('secrets.age', Buffer.from('x')),
      'is not what was written',
    ],
  ])('refuses one that %s', async (_, damage, message) => {
    const bundle = await save(box);
    damage(bundle);
    expect(await faultsOf(prove(bundle, box))).toEqual([expect.stringContaining(message)]);
  });

  test('refuses Secrets that another key opens', async () => {
    const bundle = await save(box);
    const other = await createAgeBox('another horse battery', { workFactor: 1 });
    expect(await faultsOf(prove(bundle, other))).toEqual([expect.stringContaining('is not the one')]);
    expect(await faultsOf(prove(bundle))).toEqual([expect.stringContaining('no key')]);
  });

  test('writes nothing', async () => {
    const bundle = await save();
    const before = client.objects();
    await prove(bundle);
    expect(client.objects()).toEqual(before);
  });
});
