import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  ObjectReference,
} from '../../src/ports/cluster-client.js';
import type { DefinitionKeeper } from './definitions.js';
import type { Fault } from './faults.js';
import type { ObjectWriter } from './object-writer.js';
import type { OperatorRelease } from './releases.js';
import type { ApiEndpoint } from './render/api-server.js';

/** What the controllers of one run of an operator share. */
export interface RunContext {
  readonly client: ClusterClient;
  readonly release: OperatorRelease;
  readonly writer: ObjectWriter;
  readonly definitions: DefinitionKeeper;
  /** Where Calico's API is served; null where nothing serves it. */
  readonly endpoint: ApiEndpoint | null;
  readonly faults: () => readonly Fault[];
  readonly log: (text: string) => void;
}

const OPERATOR_API = 'operator.tigera.io/v1';

/** The one Installation. */
export const INSTALLATION: ObjectReference = {
  apiVersion: OPERATOR_API,
  kind: 'Installation',
  namespace: null,
  name: 'default',
};

/** The one APIServer. */
export const API_SERVER: ObjectReference = {
  apiVersion: OPERATOR_API,
  kind: 'APIServer',
  namespace: null,
  name: 'default',
};

/** The one Goldmane, which gathers flows. */
export const GOLDMANE: ObjectReference = {
  apiVersion: OPERATOR_API,
  kind: 'Goldmane',
  namespace: null,
  name: 'default',
};

/** The one Whisker, which shows flows. */
export const WHISKER: ObjectReference = {
  apiVersion: OPERATOR_API,
  kind: 'Whisker',
  namespace: null,
  name: 'default',
};

export const IMAGE_SET: ObjectKind = { apiVersion: OPERATOR_API, kind: 'ImageSet' };

/** All objects of a kind. */
export async function listAll(client: ClusterClient, kind: ObjectKind): Promise<KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for await (const page of client.list(kind)) {
    if (page.isRestart) objects.length = 0;
    objects.push(...page.items);
  }
  return objects;
}

/** How many objects of a kind there are, without reading them all. */
export async function countAll(client: ClusterClient, kind: ObjectKind): Promise<number> {
  for await (const page of client.list(kind, { pageSize: 1, metadataOnly: true })) {
    if (page.remaining !== null) return page.items.length + page.remaining;
    break;
  }
  return (await listAll(client, kind)).length;
}
