import { textAt } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient, KubernetesObject, ObjectKind } from '../../ports/cluster-client.js';
import type { StoredProblem } from '../preflight/preflight.js';
import { storedVersion } from './changed-definitions.js';
import { validateStoredObject } from '../stored-objects/validate.js';

/** Run-time state that Calico writes anew by itself, in great numbers. */
const RUN_TIME_STATE: ReadonlySet<string> = new Set([
  'IPAMBlock',
  'BlockAffinity',
  'IPAMHandle',
  'ClusterInformation',
  'CalicoNodeStatus',
]);
/** Problems that are kept; more tell nothing new. */
const MOST_PROBLEMS = 200;

/** Holds every stored object of the definitions' kinds to them, page by page; none is kept. */
export async function findStoredProblems(
  client: ClusterClient,
  definitions: readonly KubernetesObject[],
): Promise<readonly StoredProblem[]> {
  const problems: StoredProblem[] = [];
  for (const definition of definitions) {
    const kind = kindOf(definition);
    if (RUN_TIME_STATE.has(kind.kind) || problems.length >= MOST_PROBLEMS) continue;
    problems.push(...(await problemsOfKind(client, kind, definition)));
  }
  return problems.slice(0, MOST_PROBLEMS);
}

async function problemsOfKind(
  client: ClusterClient,
  kind: ObjectKind,
  definition: KubernetesObject,
): Promise<readonly StoredProblem[]> {
  let problems: StoredProblem[] = [];
  try {
    for await (const { items, isRestart } of client.list(kind)) {
      if (isRestart) problems = [];
      problems.push(...items.flatMap((object) => problemsOf(object, definition)));
      if (problems.length > MOST_PROBLEMS) break;
    }
  } catch (error) {
    // What may not be read is named by inspect already
    if (!(error instanceof ClusterError) || error.status !== 403) throw error;
  }
  return problems;
}

function problemsOf(object: KubernetesObject, definition: KubernetesObject): readonly StoredProblem[] {
  return validateStoredObject(object, definition)
    .filter(({ kind }) => kind !== 'unchecked')
    .map(({ field, kind, value, message, passesUnchanged }) => ({
      at: {
        object: referenceOf(object),
        field,
        value: textOf(value),
      },
      problem: message.replace(/\.$/, ''),
      isRefused: kind === 'invalid',
      passesUnchanged,
    }));
}

/** The kind that a definition defines, in the version that is stored. */
function kindOf(definition: KubernetesObject): ObjectKind {
  return {
    apiVersion: `${textAt(definition, 'spec', 'group')}/${storedVersion(definition)}`,
    kind: textAt(definition, 'spec', 'names', 'kind'),
  };
}

/** What stands in a field, as text; empty where it is missing. */
function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
