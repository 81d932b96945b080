import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError, EnvironmentError } from '../../src/errors.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  ObjectReference,
} from '../../src/ports/cluster-client.js';
import { concurrently } from './concurrently.js';
import { listAt, nameOf, referenceOf, textAt } from './fields.js';
import { type Command, runKubectl } from './kubectl.js';
import { isDefinition } from './manifests.js';

/** An object that the server did not take, and what it said. */
export interface Refusal {
  readonly object: ObjectReference;
  readonly reason: string;
}

/** What became of the objects of a file. */
export interface Installed {
  readonly objects: readonly KubernetesObject[];
  readonly refused: readonly Refusal[];
}

export interface InstallObjectsOptions {
  readonly command: Command;
  readonly fieldManager?: string;
}

/** How long a definition may take until its kind is served. */
const ESTABLISH_TIMEOUT_MS = 30_000;

/** How many definitions are sent at a time; the rest goes one by one, in the order of the file. */
const WIDTH = 8;

/**
 * Brings objects in as kubectl would: definitions first, and waited for; then the others in their order. What the
 * server refuses (a kind that it does not serve, an object that is too large) is reported, and the rest goes on.
 *
 * @throws ClusterError where the server cannot be reached, EnvironmentError where a definition is not served in time
 */
export async function installObjects(
  client: ClusterClient,
  objects: readonly KubernetesObject[],
  { command, fieldManager }: InstallObjectsOptions,
): Promise<Installed> {
  const options = fieldManager === undefined ? {} : { fieldManager };
  const attempt = async (object: KubernetesObject): Promise<KubernetesObject | Refusal> => {
    try {
      return await runKubectl(client, command, object, options);
    } catch (error) {
      if (error instanceof ClusterError && isRefusal(error)) {
        return { object: referenceOf(object), reason: error.message };
      }
      throw error;
    }
  };
  const definitions = await concurrently(objects.filter(isDefinition), WIDTH, attempt);
  await waitUntilEstablished(client, definitions.filter(isObject));
  const rest: (KubernetesObject | Refusal)[] = [];
  for (const object of objects) if (!isDefinition(object)) rest.push(await attempt(object));
  const all = [...definitions, ...rest];
  return { objects: all.filter(isObject), refused: all.filter(isRefused) };
}

/** Waits until the kinds of definitions are served. @throws EnvironmentError where one is not in time */
export async function waitUntilEstablished(
  client: ClusterClient,
  definitions: readonly KubernetesObject[],
): Promise<void> {
  const deadline = Date.now() + ESTABLISH_TIMEOUT_MS;
  await concurrently(definitions, WIDTH, async (definition) => {
    const reference = referenceOf(definition);
    for (
      let live: KubernetesObject | null = definition;
      !isEstablished(live);
      live = await client.get(reference)
    ) {
      await pause(reference, 'Established', deadline);
    }
    for (const kind of kindsOf(definition)) {
      while (!(await isServed(client, kind))) await pause(reference, 'served', deadline);
    }
  });
}

async function pause(definition: ObjectReference, state: string, deadline: number): Promise<void> {
  if (Date.now() > deadline) {
    throw new EnvironmentError(
      `${nameOf(definition)} is not ${state} after 30 s`,
      'Look at its conditions, and at the log of the API server.',
    );
  }
  await sleep(50);
}

/** A definition is Established a moment before the server knows its kind. */
async function isServed(client: ClusterClient, kind: ObjectKind): Promise<boolean> {
  for await (const page of client.list(kind, { pageSize: 1, metadataOnly: true }))
    return page.items.length >= 0;
  return false;
}

function kindsOf(definition: KubernetesObject): readonly ObjectKind[] {
  const group = textAt(definition, 'spec', 'group');
  return listAt(definition, 'spec', 'versions')
    .filter((version) => version['served'] === true)
    .map((version) => ({
      apiVersion: `${group}/${textAt(version, 'name')}`,
      kind: textAt(definition, 'spec', 'names', 'kind'),
    }));
}

function isEstablished(definition: KubernetesObject | null): boolean {
  return listAt(definition, 'status', 'conditions').some(
    (condition) => condition['type'] === 'Established' && condition['status'] === 'True',
  );
}

function isObject(outcome: KubernetesObject | Refusal): outcome is KubernetesObject {
  return 'apiVersion' in outcome;
}

function isRefused(outcome: KubernetesObject | Refusal): outcome is Refusal {
  return !isObject(outcome);
}

/** Whether the server judged the object, as against not being there or not letting us in. */
function isRefusal({ status }: ClusterError): boolean {
  return (
    status !== null && status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429
  );
}
