/* eslint jest/no-export: off -- tests that run on the fake and on the real one */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClusterError } from '../../src/errors.js';
import type {
  ClusterClient,
  KubernetesObject,
  ListOptions,
  ListPage,
  ObjectKind,
  ObjectReference,
  WatchEvent,
  WatchOptions,
} from '../../src/ports/cluster-client.js';

/** What a client is to be tried with: a cluster where it may do everything, and a namespace that is its own. */
export interface ClusterUnderTest {
  readonly client: ClusterClient;
  readonly namespace: string;
}

export const CONFIG_MAP: ObjectKind = { apiVersion: 'v1', kind: 'ConfigMap' };
export const DAEMON_SET: ObjectKind = { apiVersion: 'apps/v1', kind: 'DaemonSet' };
const WIDGET: ObjectKind = { apiVersion: 'contract.example/v1', kind: 'Widget' };
const RBAC_GROUP = 'rbac.authorization.k8s.io';
const RBAC = `${RBAC_GROUP}/v1`;
const MANAGER = { fieldManager: 'contract' };
const EARLIER = { fieldManager: 'kubectl-client-side-apply' };

/** A ConfigMap with this data. */
export function configMap(
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>> = {},
  labels?: Readonly<Record<string, string>>,
): KubernetesObject {
  return { ...CONFIG_MAP, metadata: { name, namespace, ...(labels ? { labels } : {}) }, data };
}

/** A DaemonSet with init containers of these names. */
export function daemonSet(namespace: string, initContainers: readonly string[]): KubernetesObject {
  const container = (name: string): object => ({ name, image: `registry.example/${name}:1` });
  const labels = { app: 'node' };
  const spec = { initContainers: initContainers.map(container), containers: [container('main')] };
  return {
    ...DAEMON_SET,
    metadata: { name: 'node', namespace },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

export function referenceOf(object: KubernetesObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

/** The error that a call ends with. */
export async function clusterErrorOf(promise: Promise<unknown>): Promise<ClusterError> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(ClusterError);
    return error as ClusterError;
  }
  throw new Error('nothing was thrown');
}

/** All pages of a list. */
export async function pagesOf(
  client: ClusterClient,
  kind: ObjectKind,
  options: ListOptions,
): Promise<readonly ListPage[]> {
  const pages: ListPage[] = [];
  for await (const page of client.list(kind, options)) pages.push(page);
  return pages;
}

const namesOf = (objects: readonly KubernetesObject[]): readonly string[] =>
  objects.map(({ metadata }) => metadata.name);

function initContainersOf(object: KubernetesObject | null): readonly string[] {
  const { template } = object?.['spec'] as { template: { spec: { initContainers?: { name: string }[] } } };
  return (template.spec.initContainers ?? []).map(({ name }) => name);
}

/** What every cluster client does. `build` is called before each test. */
export function describeClusterClient(name: string, build: () => Promise<ClusterUnderTest>): void {
  describe(`${name}: cluster client`, () => {
    let client: ClusterClient;
    let namespace: string;

    beforeEach(async () => {
      ({ client, namespace } = await build());
    });

    const create = (object: KubernetesObject): Promise<KubernetesObject> => client.create(object, MANAGER);
    const read = (object: KubernetesObject): Promise<KubernetesObject | null> =>
      client.get(referenceOf(object));

    describe('asks the server', () => {
      test('for its version', async () => {
        expect((await client.version()).gitVersion).toMatch(/^v1\.\d+\./);
      });

      test('for its kinds', async () => {
        const { kinds, failedGroups } = await client.discover();
        const find = (kind: string): unknown => kinds.find((served) => served.kind === kind);
        expect(find('DaemonSet')).toMatchObject({ ...DAEMON_SET, plural: 'daemonsets', isNamespaced: true });
        expect(find('Node')).toMatchObject({ apiVersion: 'v1', plural: 'nodes', isNamespaced: false });
        expect(failedGroups).toEqual([]);
      });

      test('for what is at a path', async () => {
        expect(await client.read('/readyz')).toBe('ok');
        expect(await client.read('/nothing/here')).toBeNull();
      });

      test('whether something is allowed', async () => {
        const access = { verb: 'patch', group: 'apps', resource: 'daemonsets', namespace: 'kube-system' };
        expect(await client.canI(access)).toMatchObject({ isAllowed: true });
      });

      test('whether a user is allowed something: what is bound to the user, or to everybody', async () => {
        const access = (resource: string) => ({ verb: 'get', group: 'contract.example', resource });
        const bind = async (resource: string, subject: object): Promise<void> => {
          const metadata = { name: `contract-${namespace}-${resource}` };
          const rules = [{ apiGroups: ['contract.example'], resources: [resource], verbs: ['get'] }];
          await create({ apiVersion: RBAC, kind: 'ClusterRole', metadata, rules });
          const roleRef = { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: metadata.name };
          const subjects = [{ apiGroup: RBAC_GROUP, ...subject }];
          await create({ apiVersion: RBAC, kind: 'ClusterRoleBinding', metadata, roleRef, subjects });
        };
        const isAllowed = async (user: string, resource: string): Promise<boolean> =>
          (await client.canUser(user, access(resource))).isAllowed;

        await bind('things', { kind: 'User', name: 'jane' });
        await bind('common', { kind: 'Group', name: 'system:authenticated' });

        // The server learns of a role a moment after it is there
        await eventually(async () => {
          if (!(await isAllowed('jane', 'common'))) throw new Error('not yet');
        });
        expect(await isAllowed('jane', 'things')).toBe(true);
        expect(await isAllowed('jane', 'others')).toBe(false);
        expect(await isAllowed('john', 'things')).toBe(false);
        expect(await isAllowed('john', 'common')).toBe(true);
      });
    });

    describe('gets', () => {
      test('an object, with its kind and what the server added', async () => {
        await create(configMap(namespace, 'a', { key: 'value' }));
        const found = await read(configMap(namespace, 'a'));
        expect(found).toMatchObject({ ...CONFIG_MAP, data: { key: 'value' } });
        expect(found?.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
        expect(found?.metadata.resourceVersion).toMatch(/^\d+$/);
      });

      test('null where there is no such object, or no such kind', async () => {
        expect(await read(configMap(namespace, 'a'))).toBeNull();
        expect(
          await client.get({ ...WIDGET, apiVersion: 'none.example/v1', namespace, name: 'a' }),
        ).toBeNull();
      });
    });

    describe('lists', () => {
      const list = (options: ListOptions = {}): Promise<readonly ListPage[]> =>
        pagesOf(client, CONFIG_MAP, { namespace, ...options });

      beforeEach(async () => {
        for (const letter of ['a', 'b', 'c', 'd', 'e'])
          await create(
            configMap(namespace, letter, { letter }, { kind: letter < 'c' ? 'early' : 'late', [letter]: '' }),
          );
      });

      test('in pages of one snapshot', async () => {
        const pages = await list({ pageSize: 2 });
        expect(pages.map(({ items }) => namesOf(items))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
        expect(pages.map(({ remaining }) => remaining)).toEqual([3, 1, 0]);
        expect(pages.map(({ isRestart }) => isRestart)).toEqual([false, false, false]);
        expect(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size).toBe(1);
        expect(pages[0]?.items[0]).toMatchObject({ ...CONFIG_MAP, data: { letter: 'a' } });
      });

      test('does not show in later pages what came after the first', async () => {
        const names: string[] = [];
        for await (const page of client.list(CONFIG_MAP, { namespace, pageSize: 3 })) {
          names.push(...namesOf(page.items));
          if (names.length === 3) await create(configMap(namespace, 'f'));
        }
        expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
      });

      test.each([
        ['kind=early', ['a', 'b']],
        ['kind!=early', ['c', 'd', 'e']],
        ['kind in (late, other)', ['c', 'd', 'e']],
        ['kind notin (late)', ['a', 'b']],
        ['a', ['a']],
        ['!a,kind=early', ['b']],
      ])('what the label selector %j selects', async (labelSelector, expected) => {
        const items = (await list({ labelSelector })).flatMap((page) => page.items);
        expect(namesOf(items)).toEqual(expected);
      });

      test('what a field selector selects', async () => {
        const [page] = await list({ fieldSelector: 'metadata.name=d' });
        expect(namesOf(page?.items ?? [])).toEqual(['d']);
      });

      test('metadata alone', async () => {
        const [page] = await list({ metadataOnly: true });
        expect(page?.items[0]).toMatchObject({ ...CONFIG_MAP, metadata: { name: 'a' } });
        expect(page?.items[0]).not.toHaveProperty('data');
      });

      test('all namespaces where none is named', async () => {
        const items = (await list({ namespace: null })).flatMap((page) => page.items);
        expect(items.filter((item) => item.metadata.namespace === namespace)).toHaveLength(5);
      });

      test('one empty page where there is nothing, and no page of an unknown kind', async () => {
        const pages = await list({ labelSelector: 'none' });
        expect(pages).toMatchObject([{ items: [], remaining: 0 }]);
        expect(await pagesOf(client, { ...WIDGET, apiVersion: 'none.example/v1' }, {})).toEqual([]);
      });
    });

    describe('creates', () => {
      test('an object once: then it is there already', async () => {
        await create(configMap(namespace, 'a', { first: 'yes' }));
        const error = await clusterErrorOf(create(configMap(namespace, 'a')));
        expect(error).toMatchObject({ verb: 'create', resource: `ConfigMap ${namespace}/a`, status: 409 });
        expect(await read(configMap(namespace, 'a'))).toMatchObject({ data: { first: 'yes' } });
      });

      test('nothing in a dry run, but answers as if', async () => {
        const answer = await client.create(configMap(namespace, 'a', { key: 'value' }), {
          ...MANAGER,
          dryRun: true,
        });
        expect(answer).toMatchObject({ data: { key: 'value' } });
        expect(await read(configMap(namespace, 'a'))).toBeNull();
      });

      test('nothing in a namespace that is not there', async () => {
        expect(await clusterErrorOf(create(configMap('not-there', 'a')))).toMatchObject({ status: 404 });
      });

      test('nothing of an unknown kind', async () => {
        const object = { apiVersion: 'none.example/v1', kind: 'Widget', metadata: { name: 'a', namespace } };
        const error = await clusterErrorOf(create(object));
        expect(error).toMatchObject({ status: 404, resource: `Widget ${namespace}/a` });
        expect(error.message).toContain('does not know the kind Widget (none.example/v1)');
        expect(error.remedy).toContain('CustomResourceDefinition');
      });
    });

    describe('replaces', () => {
      test('a whole object, and counts generations of its spec', async () => {
        const first = await create(daemonSet(namespace, ['one', 'two']));
        const written = await client.replace({ ...daemonSet(namespace, ['two']) }, MANAGER);
        expect(initContainersOf(written)).toEqual(['two']);
        expect([first.metadata.generation, written.metadata.generation]).toEqual([1, 2]);
      });

      test('nothing where the version is not the last', async () => {
        const first = await create(configMap(namespace, 'a', { value: '1' }));
        await client.replace({ ...first, data: { value: '2' } }, MANAGER);
        const error = await clusterErrorOf(client.replace({ ...first, data: { value: '3' } }, MANAGER));
        expect(error).toMatchObject({ verb: 'replace', status: 409 });
        expect(await read(first)).toMatchObject({ data: { value: '2' } });
      });

      test('nothing in a dry run, and nothing that is not there', async () => {
        const first = await create(configMap(namespace, 'a', { value: '1' }));
        const wanted = { ...first, data: { value: '2' } };
        expect(await client.replace(wanted, { ...MANAGER, dryRun: true })).toMatchObject({
          data: { value: '2' },
        });
        expect(await read(first)).toEqual(first);
        expect(await clusterErrorOf(client.replace(configMap(namespace, 'b'), MANAGER))).toMatchObject({
          status: 404,
        });
      });
    });

    describe('patches', () => {
      const reference = (): ObjectReference => ({ ...CONFIG_MAP, namespace, name: 'a' });

      test('by a merge, which takes away what is null', async () => {
        await create(configMap(namespace, 'a', { keep: '1', drop: '2' }));
        const body = { data: { drop: null, add: '3' } };
        const patched = await client.patch(reference(), { type: 'merge', body }, MANAGER);
        expect(patched).toMatchObject({ data: { keep: '1', add: '3' } });
        expect(patched['data']).not.toHaveProperty('drop');
      });

      test('by operations', async () => {
        await create(configMap(namespace, 'a', { a: '1', b: '2' }));
        const body = [
          { op: 'test', path: '/data/a', value: '1' },
          { op: 'replace', path: '/data/a', value: '3' },
          { op: 'remove', path: '/data/b' },
        ];
        const patched = await client.patch(reference(), { type: 'json', body }, MANAGER);
        expect(patched['data']).toEqual({ a: '3' });
        expect(
          await clusterErrorOf(client.patch(reference(), { type: 'json', body }, MANAGER)),
        ).toMatchObject({
          verb: 'patch',
          status: 422,
        });
      });

      test('lists by the names of their items', async () => {
        const made = await create(daemonSet(namespace, ['one', 'two']));
        const initContainers = [
          { name: 'one', $patch: 'delete' },
          { name: 'two', image: 'registry.example/two:2' },
        ];
        const body = { spec: { template: { spec: { initContainers } } } };
        const patched = await client.patch(referenceOf(made), { type: 'strategic', body }, MANAGER);
        expect(initContainersOf(patched)).toEqual(['two']);
        expect(JSON.stringify(patched['spec'])).toContain('registry.example/two:2');
      });

      test('the status alone through its subresource', async () => {
        const made = await create(daemonSet(namespace, []));
        const status = {
          currentNumberScheduled: 1,
          desiredNumberScheduled: 2,
          numberMisscheduled: 0,
          numberReady: 1,
        };
        const patch = { type: 'merge', body: { status, metadata: { labels: { a: 'b' } } } } as const;
        await client.patch(referenceOf(made), patch, { ...MANAGER, subresource: 'status' });
        expect(await read(made)).toMatchObject({ status, spec: made['spec'] });
        await client.patch(
          referenceOf(made),
          { type: 'merge', body: { status: { numberReady: 2 } } },
          MANAGER,
        );
        expect(await read(made)).toMatchObject({ status });
      });

      test('nothing in a dry run, nothing that is not there, nothing of another version', async () => {
        const made = await create(configMap(namespace, 'a', { a: '1' }));
        const patch = { type: 'merge', body: { data: { a: '2' } } } as const;
        const dry = await client.patch(reference(), patch, { ...MANAGER, dryRun: true });
        expect(dry).toMatchObject({ data: { a: '2' } });
        expect(await read(made)).toEqual(made);
        const missing = { ...reference(), name: 'b' };
        expect(await clusterErrorOf(client.patch(missing, patch, MANAGER))).toMatchObject({ status: 404 });
        await client.patch(reference(), patch, MANAGER);
        const { resourceVersion = '' } = made.metadata;
        const pinned = { type: 'merge', body: { ...patch.body, metadata: { resourceVersion } } } as const;
        expect(await clusterErrorOf(client.patch(reference(), pinned, MANAGER))).toMatchObject({
          status: 409,
        });
      });
    });

    describe('applies', () => {
      const apply = (
        object: KubernetesObject,
        options: Partial<Parameters<ClusterClient['apply']>[1]> = {},
      ): Promise<KubernetesObject> => client.apply(object, { ...MANAGER, ...options });

      test('makes the object; takes away what it no longer names, and nothing of others', async () => {
        await apply(configMap(namespace, 'a', { ours: '1', dropped: '2' }));
        await apply(configMap(namespace, 'a', { theirs: '3' }), { fieldManager: 'other' });
        const after = await apply(configMap(namespace, 'a', { ours: '4' }));
        expect(after['data']).toEqual({ ours: '4', theirs: '3' });
      });

      test('refuses what another manages with another value, and names who; unless by force', async () => {
        await apply(configMap(namespace, 'a', { value: '1' }), { fieldManager: 'owner' });
        const error = await clusterErrorOf(apply(configMap(namespace, 'a', { value: '2' })));
        expect(error).toMatchObject({ verb: 'apply', resource: `ConfigMap ${namespace}/a`, status: 409 });
        expect(error.message).toContain('owner manages .data.value');
        expect(await read(configMap(namespace, 'a'))).toMatchObject({ data: { value: '1' } });
        const forced = await apply(configMap(namespace, 'a', { value: '2' }), { force: true });
        expect(forced).toMatchObject({ data: { value: '2' } });
        expect(
          await clusterErrorOf(apply(configMap(namespace, 'a', { value: '3' }), { fieldManager: 'owner' })),
        ).toMatchObject({ status: 409 });
      });

      test('keeps what two manage with the same value until both let go', async () => {
        await apply(configMap(namespace, 'a', { shared: '1' }), { fieldManager: 'other' });
        await apply(configMap(namespace, 'a', { shared: '1', own: '2' }));
        expect((await apply(configMap(namespace, 'a', { own: '2' })))['data']).toEqual({
          shared: '1',
          own: '2',
        });
        const last = await apply(configMap(namespace, 'a'), { fieldManager: 'other' });
        expect(last['data']).toEqual({ own: '2' });
      });

      test('changes nothing the second time', async () => {
        const first = await apply(configMap(namespace, 'a', { value: '1' }));
        expect((await apply(configMap(namespace, 'a', { value: '1' }))).metadata.resourceVersion).toBe(
          first.metadata.resourceVersion,
        );
      });

      test('nothing in a dry run', async () => {
        await apply(configMap(namespace, 'a', { value: '1' }));
        const dry = await apply(configMap(namespace, 'a', { other: '2' }), { dryRun: true });
        expect(dry['data']).toEqual({ other: '2' });
        expect((await read(configMap(namespace, 'a')))?.['data']).toEqual({ value: '1' });
      });

      test('what it read, managedFields and all', async () => {
        const first = await apply(configMap(namespace, 'a', { value: '1' }));
        const metadata = { ...first.metadata, resourceVersion: undefined };
        expect(
          await apply({ ...first, metadata, data: { value: '2' } } as unknown as KubernetesObject),
        ).toMatchObject({
          data: { value: '2' },
        });
      });

      test('leaves list items of an earlier manager, unless their fields are taken over', async () => {
        await client.create(daemonSet(namespace, ['install-cni', 'mount-bpffs']), EARLIER);
        const target = daemonSet(namespace, ['install-cni']);
        expect(initContainersOf(await apply(target, { force: true }))).toEqual([
          'install-cni',
          'mount-bpffs',
        ]);
        const takeOverFrom = [EARLIER.fieldManager];
        const dry = await apply(target, { takeOverFrom, dryRun: true });
        expect(initContainersOf(dry)).toEqual(['install-cni']);
        expect(initContainersOf(await read(target))).toEqual(['install-cni', 'mount-bpffs']);
        expect(initContainersOf(await apply(target, { takeOverFrom }))).toEqual(['install-cni']);
        expect((await read(target))?.metadata.managedFields?.map((entry) => entry.manager)).toEqual([
          'contract',
        ]);
      });

      test('takes over from a manager that applied, and meets no conflict with it, in a dry run either', async () => {
        await apply(daemonSet(namespace, ['old', 'kept']), { fieldManager: 'kubectl' });
        const target = daemonSet(namespace, ['kept', 'new']);
        const changed = JSON.parse(JSON.stringify(target).replace('main:1', 'main:2')) as KubernetesObject;
        const dry = await apply(changed, { takeOverFrom: ['kubectl'], dryRun: true });
        const real = await apply(changed, { takeOverFrom: ['kubectl'] });
        expect(initContainersOf(real)).toEqual(['kept', 'new']);
        expect(dry['spec']).toEqual(real['spec']);
      });

      test('takes nothing over from those that are not named', async () => {
        await client.create(configMap(namespace, 'a', { theirs: '1' }), EARLIER);
        await client.patch(
          { ...CONFIG_MAP, namespace, name: 'a' },
          { type: 'merge', body: { data: { edited: '2' } } },
          { fieldManager: 'kubectl-edit' },
        );
        const after = await apply(configMap(namespace, 'a', { ours: '3' }), {
          takeOverFrom: [EARLIER.fieldManager],
        });
        expect(after['data']).toEqual({ edited: '2', ours: '3' });
      });
    });

    describe('deletes', () => {
      const reference = (): ObjectReference => ({ ...CONFIG_MAP, namespace, name: 'a' });

      test('an object, and says whether there was one', async () => {
        await create(configMap(namespace, 'a'));
        expect(await client.delete(reference(), { dryRun: true })).toBe(true);
        expect(await client.get(reference())).not.toBeNull();
        expect(await client.delete(reference())).toBe(true);
        expect(await client.delete(reference())).toBe(false);
        expect(await client.delete({ ...WIDGET, apiVersion: 'none.example/v1', namespace, name: 'a' })).toBe(
          false,
        );
      });

      test('only the very object that is meant', async () => {
        const first = await create(configMap(namespace, 'a'));
        await client.delete(reference());
        const second = await create(configMap(namespace, 'a'));
        const { uid = '' } = first.metadata;
        expect(await clusterErrorOf(client.delete(reference(), { uid }))).toMatchObject({
          verb: 'delete',
          status: 409,
        });
        const { resourceVersion = '' } = first.metadata;
        expect(await clusterErrorOf(client.delete(reference(), { resourceVersion }))).toMatchObject({
          status: 409,
        });
        expect((await client.get(reference()))?.metadata.uid).toBe(second.metadata.uid);
        const version = second.metadata.resourceVersion ?? '';
        const options = { uid: second.metadata.uid ?? '', resourceVersion: version };
        expect(await client.delete(reference(), options)).toBe(true);
      });

      test('an object with finalizers once these are gone', async () => {
        const made = configMap(namespace, 'a');
        await create({ ...made, metadata: { ...made.metadata, finalizers: ['contract.example/keep'] } });
        expect(await client.delete(reference())).toBe(true);
        expect((await client.get(reference()))?.metadata.deletionTimestamp).toMatch(/^\d{4}-/);
        await client.patch(reference(), { type: 'merge', body: { metadata: { finalizers: null } } }, MANAGER);
        expect(await client.get(reference())).toBeNull();
      });
    });

    describe('watches', () => {
      let stop = new AbortController();

      beforeEach(() => {
        stop = new AbortController();
      });

      afterEach(() => stop.abort());

      const start = (options: WatchOptions = {}): Follower =>
        follow(client.watch(CONFIG_MAP, { namespace, signal: stop.signal, ...options }));

      test('what there is, and then every change in its order', async () => {
        await create(configMap(namespace, 'a', { value: '1' }));
        const follower = start();
        expect(await follower.next()).toBe('snapshot a');
        const reference = { ...CONFIG_MAP, namespace, name: 'b' };
        await create(configMap(namespace, 'b'));
        await client.patch(reference, { type: 'merge', body: { data: { value: '2' } } }, MANAGER);
        await client.delete(reference);
        expect([await follower.next(), await follower.next(), await follower.next()]).toEqual([
          'added b',
          'modified b',
          'deleted b',
        ]);
      });

      test('what a selector selects; what it no longer selects is gone', async () => {
        const follower = start({ labelSelector: 'watched=yes' });
        expect(await follower.next()).toBe('snapshot ');
        await create(configMap(namespace, 'ignored'));
        await create(configMap(namespace, 'a', {}, { watched: 'yes' }));
        expect(await follower.next()).toBe('added a');
        await client.patch(
          { ...CONFIG_MAP, namespace, name: 'a' },
          { type: 'merge', body: { metadata: { labels: { watched: 'no' } } } },
          MANAGER,
        );
        expect(await follower.next()).toBe('deleted a');
      });

      test('until the signal', async () => {
        const follower = start();
        await follower.next();
        const end = follower.next();
        stop.abort();
        expect(await end).toBe('end');
      });

      test('nothing of an unknown kind', async () => {
        const follower = follow(client.watch({ ...WIDGET, apiVersion: 'none.example/v1' }));
        expect(await clusterErrorOf(follower.next())).toMatchObject({ verb: 'watch', status: 404 });
      });
    });

    test('knows a kind as soon as its definition is there', async () => {
      const group = `${namespace}.example`;
      const widget = { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'a', namespace } };
      expect(await read(widget)).toBeNull();
      await create(definition(group));
      const made = await eventually(() => create({ ...widget, spec: { size: 1 } }));
      expect(made).toMatchObject({ spec: { size: 1 } });
      expect(await read(widget)).toMatchObject({ kind: 'Widget', apiVersion: `${group}/v1` });
      await client.delete(referenceOf(definition(group)));
    });

    test('says which pod is not there, of an exec and of logs', async () => {
      const options = { namespace, pod: 'none', container: 'c' };
      const exec = client.exec({ ...options, command: ['true'], timeoutMs: 5000 });
      expect(await clusterErrorOf(exec)).toMatchObject({
        verb: 'exec',
        status: 404,
        resource: `Pod ${namespace}/none`,
      });
      expect(await clusterErrorOf(client.logs(options))).toMatchObject({ verb: 'logs', status: 404 });
    });
  });
}

/** A watch as short texts: `snapshot a b`, `added c`, `end`. */
export interface Follower {
  readonly next: () => Promise<string>;
}

export function follow(events: AsyncIterable<WatchEvent>): Follower {
  const iterator = events[Symbol.asyncIterator]();
  return {
    async next() {
      const next = await iterator.next();
      if (next.done === true) return 'end';
      const { value } = next;
      if (value.type === 'snapshot') return `snapshot ${namesOf(value.objects).join(' ')}`;
      return `${value.type} ${value.object.metadata.name}`;
    },
  };
}

function definition(group: string): KubernetesObject {
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

/** A definition is served a moment after it was made. */
async function eventually<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (tries >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
