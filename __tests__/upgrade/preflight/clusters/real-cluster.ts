import { isDeepStrictEqual } from 'node:util';
import { referenceOf } from '../../../../src/cluster/object-name.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectReference,
} from '../../../../src/ports/cluster-client.js';
import type { ApiClient } from '../../../../test-cluster/api-client.js';
import { eventually } from '../../../test-cluster/eventually.js';
import { patchObjects, type Scene } from './scene.js';

/** Kinds of which the server takes the status apart from the rest. */
const WITH_STATUS: ReadonlySet<string> = new Set([
  'Node',
  'Pod',
  'DaemonSet',
  'Deployment',
  'PodDisruptionBudget',
]);
const BY = { fieldManager: 'kubectl' };

/** A real API server whose objects are made to be those of one scene after the other. Nothing runs there. */
export class RealCluster {
  private readonly made = new Map<string, KubernetesObject>();
  private readonly client: ClusterClient;
  private readonly api: ApiClient;

  constructor(client: ClusterClient, api: ApiClient) {
    this.client = client;
    this.api = api;
  }

  /** Takes away what is not wanted, and makes what is: what differs is made anew. */
  async become(objects: readonly KubernetesObject[]): Promise<void> {
    const wanted = new Map(objects.map((object) => [keyOf(object), object]));
    const leaving = [...this.made].filter(([key, object]) => !isDeepStrictEqual(wanted.get(key), object));
    for (const [key, object] of leaving.reverse()) {
      await this.remove(object);
      this.made.delete(key);
    }
    const coming = [...wanted].filter(([key]) => !this.made.has(key));
    for (const rank of [0, 1, 2]) {
      const now = coming.filter(([, object]) => rankOf(object) === rank);
      for (const [key, object] of now) {
        await this.make(object);
        this.made.set(key, object);
      }
    }
  }

  /** Changes what the scene says that somebody changed; the next scene gets the object anew. */
  async change(scene: Scene): Promise<void> {
    if (scene.patched === undefined) return;
    await patchObjects(this.client, scene);
    const key = JSON.stringify(scene.patched.object);
    const object = this.made.get(key);
    if (!object) throw new Error('The scene changes what is not there.');
    this.made.set(key, { ...object, patched: true });
  }

  private async make(object: KubernetesObject): Promise<void> {
    const { deletionTimestamp, ...metadata } = object.metadata;
    if (object.kind === 'Pod') await this.makeAccount(object.metadata.namespace ?? '');
    await eventually(async () => {
      // A kind is served a moment after its definition is there
      const written = { ...object, metadata };
      const created = await this.client.create(written, managerOf(object)).catch(unlessUnknown);
      return created === null ? null : true;
    }, 30_000);
    const { status } = object;
    if (WITH_STATUS.has(object.kind) && status !== undefined) {
      const patch = { type: 'merge', body: { status } } as const;
      await this.client.patch(referenceOf(object), patch, { ...BY, subresource: 'status' });
    }
    if (deletionTimestamp !== undefined) await this.client.delete(referenceOf(object));
  }

  /** Without it no pod is let in. */
  private async makeAccount(namespace: string): Promise<void> {
    const metadata = { name: 'default', namespace };
    await this.client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, { ...BY, force: true });
  }

  private async remove(object: KubernetesObject): Promise<void> {
    const reference = referenceOf(object);
    await this.client.delete(reference, { gracePeriodSeconds: 0 });
    if ((object.metadata.finalizers ?? []).length > 0) await this.letGo(reference);
    if (object.kind === 'Namespace') {
      const path = `/api/v1/namespaces/${reference.name}`;
      const { status, body } = await this.api.ask('GET', path);
      if (status === 200)
        await this.api.call('PUT', `${path}/finalize`, { ...(body as object), spec: { finalizers: [] } });
    }
    await eventually(async () => ((await this.client.get(reference)) === null ? true : null), 30_000);
  }

  private async letGo(reference: ObjectReference): Promise<void> {
    const patch = { type: 'merge', body: { metadata: { finalizers: null } } } as const;
    await this.client.patch(reference, patch, BY);
  }
}

/** Namespaces and definitions before what is in them. */
function rankOf({ kind }: KubernetesObject): number {
  return kind === 'Namespace' ? 0 : kind === 'CustomResourceDefinition' ? 1 : 2;
}

function unlessUnknown(error: unknown): null {
  const status = (error as { readonly status?: number | null }).status;
  if (status === 404) return null;
  throw error;
}

/** What the operator renders it has written itself. */
function managerOf({ metadata }: KubernetesObject): { readonly fieldManager: string } {
  const isRendered = metadata.ownerReferences?.some(({ apiVersion }) => apiVersion.startsWith('operator.'));
  return isRendered === true ? { fieldManager: 'operator' } : BY;
}

function keyOf(object: KubernetesObject): string {
  return JSON.stringify(referenceOf(object));
}
