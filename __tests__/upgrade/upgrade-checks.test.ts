import { beforeEach, describe, expect, it } from '@jest/globals';
import { versionOf } from '../../src/catalog/queries.js';
import { nameOf } from '../../src/cluster/object-name.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import type { RestoreItem } from '../../src/upgrade/restore/restore-item.js';
import { runRollback } from '../../src/upgrade/restore/run-rollback.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { createFakeManifestSource } from '../ports/fake-manifest-source.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import { refusal } from '../ports/fake-cluster-client.js';
import { dyingClient } from './dying-client.js';
import { API_SERVER, apiServerFile, ownFilesOf, REGISTRATION } from './own-files.js';
import { buildOptions } from './plan/build-options.js';
import { filesOf } from './preflight/clusters/upstream-files.js';
import { CRD, manifestInstall } from './preflight/clusters/well-clusters.js';
import { contentsOf, NODE, save } from './restore/live-run.js';
import { createLivingCluster, type LivingCluster } from './restore/living-cluster.js';
import { fastOptions, KUBERNETES, policy } from './restore/scene.js';
import { blockOf } from '../../test-cluster/ready-made/ipam-state.js';

const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];
const POOL = of('IPPool', 'default-ipv4-ippool');
const FILES = { ...filesOf(OLDER), ...ownFilesOf(OLDER), ...filesOf(NEWER), ...ownFilesOf(NEWER) };

function of(kind: string, name: string): ObjectReference {
  return { apiVersion: CRD, kind, namespace: null, name };
}

function clusterOf(): LivingCluster {
  const images = [...apiServerFile(NEWER), ...manifestInstall(NEWER, KUBERNETES)];
  const names = [...JSON.stringify(images).matchAll(/"image":"([^"]+)"/g)].map(([, name]) => name);
  const install = [...manifestInstall(OLDER, KUBERNETES), ...apiServerFile(OLDER)].map((object) =>
    object.kind === 'Node'
      ? {
          ...object,
          metadata: {
            ...object.metadata,
            annotations: { 'projectcalico.org/IPv4Address': '10.0.0.1/24', 'example.com/rack': '1' },
          },
          status: { ...(object['status'] as object), images: [{ names }] },
        }
      : object,
  );
  const users = [
    policy('default.allow', 10),
    policy('default.deny', 20),
    ...blockOf('node-1', '10.244.0.0', 1),
  ];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'shop-0', namespace: 'shop' },
    spec: { nodeName: 'node-1', containers: [] },
    status: { phase: 'Running', podIP: '10.244.0.0', podIPs: [{ ip: '10.244.0.0' }] },
  };
  const cluster = createLivingCluster([...install, ...users]);
  cluster.client.set(pod);
  return cluster;
}

describe('after a hop', () => {
  let cluster: LivingCluster;
  let warnings: string[];
  let before: ReadonlyMap<string, string>;
  beforeEach(async () => {
    cluster = clusterOf();
    warnings = [];
    before = await contentsOf(cluster.client);
  });

  function upgrade(
    client: ClusterClient = cluster.client,
    { force = false }: { readonly force?: boolean } = {},
  ): Promise<UpgradeOutcome> {
    const reader = createManifestReader(createFakeManifestSource(FILES));
    return runUpgrade(client, reader, createFakeReportStore(), {
      ...buildOptions({ target: versionOf(NEWER) }),
      ...fastOptions(),
      force,
      timeoutMs: 60_000,
      onWarning: (text) => warnings.push(text),
      rollbackOnFailure: true,
      findBundle: () => Promise.reject(new Error('no upgrade died')),
      backUp: async () => ({
        reader: await save(client),
        directory: 'backup',
        artifact: null,
        createdAt: new Date().toISOString(),
      }),
    });
  }

  /** Does something once calico-node has its new template. */
  function inTheMiddle(change: () => unknown): void {
    let isDone = false;
    cluster.onWrite = ({ kind, name }, when) => {
      if (isDone || when !== 'after' || kind !== NODE.kind || name !== NODE.name) return;
      isDone = true;
      change();
    };
  }

  async function change(reference: ObjectReference, spec: object): Promise<KubernetesObject> {
    const live = await cluster.client.get(reference);
    if (live === null) throw new Error(`There is no ${reference.name}.`);
    return { ...live, spec: { ...(live['spec'] as object), ...spec } };
  }

  function ownNamespaces(): readonly string[] {
    return cluster.client
      .objects()
      .filter(
        ({ kind, metadata }) => kind === 'Namespace' && metadata.name.startsWith('calico-upgrade-action'),
      )
      .map(({ metadata }) => metadata.name);
  }

  function expectBack(outcome: UpgradeOutcome, reason: RegExp): void {
    expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' } });
    expect(outcome.reason).toMatch(reason);
  }

  /** What going back says of an object that it leaves as it is. */
  function keptOf({ rollback }: UpgradeOutcome, reference: ObjectReference): RestoreItem {
    const items = rollback?.plan.restoration.items ?? [];
    const item = items.find(({ object }) => nameOf(object) === nameOf(reference));
    if (item?.action !== 'keep')
      throw new Error(`${nameOf(reference)} is not kept: ${item?.action ?? 'no item'}`);
    return item;
  }

  it('a namespace was made and deleted, and nothing is said where nothing changed', async () => {
    const outcome = await upgrade();
    expect(outcome).toMatchObject({ ended: 'done', reason: '' });
    expect(outcome.hops[0]?.checks).toMatchObject({ failures: [], warnings: [] });
    expect(outcome.hops[0]?.checks?.each.map(({ name }) => name)).toEqual([
      'APIs with servers of their own',
      'a namespace, made and deleted',
      'what users wrote',
      'addresses of nodes',
      'addresses of pods',
    ]);
    const made = cluster.client.calls.filter(
      ({ kind, verb }) => kind === 'Namespace' && /create|delete/.test(verb),
    );
    expect(made.map(({ verb }) => verb)).toEqual(['create', 'delete']);
    expect(ownNamespaces()).toEqual([]);
  });

  it('what only the older release needed stays where a node took no part, and that is said', async () => {
    const node = cluster.client.objects().find(({ kind }) => kind === 'Node');
    if (!node) throw new Error('There is no node');
    const away = { ...node, metadata: { ...node.metadata, name: 'node-9', uid: 'node-9' } };
    const conditions = [
      { type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' },
    ];
    cluster.client.set({ ...away, status: { ...(node['status'] as object), conditions } });
    const outcome = await upgrade(cluster.client, { force: true });
    expect(outcome).toMatchObject({ ended: 'done', reason: '' });
    expect(warnings.join()).toContain(
      `Took no part, and may come back with Calico ${OLDER}: node-9. So accounts keep the rules of ${OLDER} and ${NEWER}`,
    );
  });

  it('a pool that is another leads back', async () => {
    const changed = await change(POOL, { vxlanMode: 'Always', disabled: true });
    inTheMiddle(() => cluster.client.set(changed));
    const outcome = await upgrade();
    expectBack(outcome, /IPPool default-ipv4-ippool: .*spec\.vxlanMode was "CrossSubnet" and is "Always"/);
    expect(outcome.reason).toContain('spec.disabled was not set and is true');
    // Going back takes nothing from whoever wrote meanwhile: a pool that an unknown writer changed stays as it is
    const { live, saved, fields, ...kept } = keptOf(outcome, POOL);
    expect(kept).toMatchObject({ class: 'user', why: 'It was changed since the backup.' });
    expect(live?.['spec']).toMatchObject({ vxlanMode: 'Always', disabled: true });
    expect(saved?.['spec']).toMatchObject({ vxlanMode: 'CrossSubnet' });
    expect(fields.map(({ field }) => field)).toEqual(['spec.vxlanMode', 'spec.disabled']);
    expect((await cluster.client.get(POOL))?.['spec']).toEqual(changed['spec']);
  });

  it('a pool that a user changed meanwhile is named, and stays so', async () => {
    const changed = await change(POOL, { natOutgoing: false });
    inTheMiddle(() => void cluster.client.replace(changed, { fieldManager: 'kubectl-edit' }));
    expect(await upgrade()).toMatchObject({ ended: 'done' });
    expect(warnings.join()).toMatch(
      /spec\.natOutgoing was true and is false\. kubectl-edit changed it meanwhile/,
    );
    expect((await cluster.client.get(POOL))?.['spec']).toMatchObject({ natOutgoing: false });
  });

  it('a policy that a user changed meanwhile is named', async () => {
    const changed = await change(of('GlobalNetworkPolicy', 'default.allow'), { order: 11 });
    inTheMiddle(() => void cluster.client.replace(changed, { fieldManager: 'calicoctl' }));
    expect(await upgrade()).toMatchObject({ ended: 'done' });
    expect(warnings.join()).toContain(
      'GlobalNetworkPolicy default.allow was changed meanwhile by calicoctl.',
    );
  });

  it('a policy that is lost leads back, and is named', async () => {
    const deny = of('GlobalNetworkPolicy', 'default.deny');
    inTheMiddle(() => cluster.client.remove(deny));
    const outcome = await upgrade();
    expectBack(outcome, /1 of 2 GlobalNetworkPolicy objects are gone: GlobalNetworkPolicy default\.deny\./);
    // Who deleted it nobody knows: it stays away, and is in the bundle
    expect(keptOf(outcome, deny)).toMatchObject({
      class: 'user',
      why: 'It was there when the backup was made and is not now.',
      live: null,
      saved: { spec: { order: 20 } },
    });
    expect(await cluster.client.get(deny)).toBeNull();
    expect(await cluster.client.get(of('GlobalNetworkPolicy', 'default.allow'))).not.toBeNull();
  });

  it('another address of a node leads back', async () => {
    const node = { apiVersion: 'v1', kind: 'Node', namespace: null, name: 'node-2' };
    const live = await cluster.client.get(node);
    inTheMiddle(
      () =>
        live &&
        cluster.client.set({
          ...live,
          metadata: {
            ...live.metadata,
            annotations: { 'projectcalico.org/IPv4Address': '192.168.9.9/24', 'example.com/rack': '2' },
          },
        }),
    );
    const outcome = await upgrade();
    expectBack(
      outcome,
      /Node node-2: projectcalico\.org\/IPv4Address was 10\.0\.0\.1\/24 and is 192\.168\.9\.9\/24/,
    );
    expect(outcome.reason).not.toContain('rack');
  });

  it('an address of a running pod that IPAM forgot leads back', async () => {
    const block = of('IPAMBlock', '10-244-0-0-26');
    const changed = await change(block, { allocations: [], attributes: [] });
    inTheMiddle(() => cluster.client.set(changed));
    expectBack(
      await upgrade(),
      /IPAM no longer knows of the addresses of 1 pods.*shop\/shop-0 \(10\.244\.0\.0\)/,
    );
  });

  it('an address that a pod has again once it was made anew, under another handle, is no loss', async () => {
    const [block] = blockOf('node-2', '10.244.0.0', 1).filter(({ kind }) => kind === 'IPAMBlock');
    const live = await cluster.client.get(of('IPAMBlock', '10-244-0-0-26'));
    if (!block || !live) throw new Error('There is no block.');
    // The handle is that of the sandbox, whose node is part of its digest here
    inTheMiddle(() => cluster.client.set({ ...live, spec: block['spec'] }));
    expect(await upgrade()).toMatchObject({ ended: 'done' });
    expect(warnings).toEqual([]);
  });

  it('an API that went in the middle leads back, and is there again', async () => {
    inTheMiddle(() => cluster.client.remove(REGISTRATION));
    expectBack(await upgrade(), /v3\.projectcalico\.org/);
    expect(await cluster.client.get(REGISTRATION)).not.toBeNull();
  });

  it('a namespace that a finalizer holds leads back, and says what it waits for', async () => {
    cluster.onWrite = ({ verb, kind, name }, when) => {
      if (kind !== 'Namespace' || when !== 'after' || verb !== 'create') return;
      const made = cluster.client
        .objects()
        .find((one) => one.kind === 'Namespace' && one.metadata.name === name);
      if (made) {
        cluster.client.set({
          ...made,
          metadata: { ...made.metadata, finalizers: ['example.com/held'] },
          status: {
            conditions: [
              {
                type: 'NamespaceDeletionDiscoveryFailure',
                status: 'True',
                reason: 'DiscoveryFailed',
                message: 'unable to retrieve projectcalico.org/v3',
              },
            ],
          },
        });
      }
    };
    const outcome = await upgrade();
    expectBack(
      outcome,
      /Namespace calico-upgrade-action-check-\w+, .* does not go: .*DiscoveryFailed: unable to retrieve/,
    );
    expect(await contentsOf(cluster.client)).toEqual(before);
  });

  it('a namespace of a run that died goes with the rollback', async () => {
    const bundle = await save(cluster.client);
    const isMade = (write: string): boolean => write.startsWith('create Namespace');
    const client = dyingClient(cluster.client, { write: 1, when: 'after' }, isMade);
    await upgrade(client).catch(() => undefined);
    expect(ownNamespaces()).toHaveLength(1);
    const options = fastOptions({ force: true, choice: 'stop' });
    const back = await runRollback(cluster.client, bundle, createFakeReportStore(), options);
    expect(back).toMatchObject({ ended: 'done' });
    expect(ownNamespaces()).toEqual([]);
  });

  it('a namespace that may not be made is a word, no failure', async () => {
    cluster.onWrite = ({ verb, kind, name }, when) => {
      if (verb === 'create' && kind === 'Namespace' && when === 'before') {
        throw refusal('create', `Namespace ${name}`, 403, 'exceeded quota');
      }
    };
    expect(await upgrade()).toMatchObject({ ended: 'done' });
    expect(warnings.join()).toMatch(/Whether namespaces can be deleted is not known: .*exceeded quota/);
  });

  it('a namespace that may not be deleted is a word, no failure, and is named', async () => {
    cluster.onWrite = ({ verb, kind, name }, when) => {
      if (verb === 'delete' && kind === 'Namespace' && when === 'before') {
        throw refusal('delete', `Namespace ${name}`, 422, 'namespaces are protected');
      }
    };
    expect(await upgrade()).toMatchObject({ ended: 'done' });
    const [left = ''] = ownNamespaces();
    expect(warnings.join()).toContain('namespaces are protected');
    expect(warnings.join()).toContain(`kubectl delete namespace ${left}`);
  });

  it('that lost a definition in the middle nothing more is written, and rollback brings all back', async () => {
    const bundle = await save(cluster.client);
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      namespace: null,
      name: 'globalnetworkpolicies.crd.projectcalico.org',
    };
    const live = await cluster.client.get(definition);
    inTheMiddle(
      () =>
        live &&
        cluster.client.set({
          ...live,
          metadata: { ...live.metadata, deletionTimestamp: '2026-11-27T02:00:00Z', finalizers: ['cleanup'] },
        }),
    );
    const outcome = await upgrade();
    expect(outcome).toMatchObject({ ended: 'failed', rollback: null });
    expect(outcome.reason).toMatch(
      /^The definition globalnetworkpolicies\.crd\.projectcalico\.org is being deleted/,
    );
    expect(outcome.wayOut).toContain('rollback');
    expect(outcome.hops[0]?.results.at(-1)?.outcome).toBe('interrupted');
    const server = JSON.stringify(await cluster.client.get(API_SERVER));
    expect(server).toContain(OLDER);

    for (const name of ['default.allow', 'default.deny'])
      cluster.client.remove(of('GlobalNetworkPolicy', name));
    cluster.client.remove(definition);
    const options = fastOptions({ force: true, choice: 'bundle' });
    const back = await runRollback(cluster.client, bundle, createFakeReportStore(), options);
    expect(back).toMatchObject({ ended: 'done', reason: '' });
    expect(await contentsOf(cluster.client)).toEqual(before);
  });
});
