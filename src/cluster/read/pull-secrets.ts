import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { PullSecret } from '../calico-state.js';
import { listAt, textAt } from '../fields.js';
import { evidenceOf } from '../object-name.js';
import type { Reader, Reading } from './reader.js';

/** Only whether a Secret is there is looked at, where that is allowed; never what it holds. */
const SECRET: Reading = {
  apiVersion: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  hides: 'whether the Secrets are there that images are pulled with',
};

/** The Secrets that workloads, accounts and the Installation name for pulling images, and whether they are there. */
export async function readPullSecrets(
  reader: Reader,
  objects: readonly KubernetesObject[],
  operatorNamespace: string,
): Promise<PullSecret[]> {
  const named = new Map<string, Omit<PullSecret, 'isThere'>>();
  for (const object of objects) {
    for (const one of secretsOf(object, operatorNamespace)) {
      const key = `${one.secret.namespace ?? ''}/${one.secret.name}`;
      if (!named.has(key)) named.set(key, one);
    }
  }
  return Promise.all(
    [...named.values()].map(async (one) => ({ ...one, isThere: await reader.exists(SECRET, one.secret) })),
  );
}

function secretsOf(object: KubernetesObject, operatorNamespace: string): Omit<PullSecret, 'isThere'>[] {
  const [path, namespace] = placeOf(object, operatorNamespace);
  return listAt(object, ...path).flatMap((entry, index) => {
    const name = textAt(entry, 'name');
    const secret: ObjectReference = { apiVersion: 'v1', kind: 'Secret', namespace, name };
    return name === ''
      ? []
      : [{ secret, namedBy: evidenceOf(object, `${path.join('.')}[${index}].name`, name) }];
  });
}

/** Where an object names pull secrets, and the namespace that they have to be in. The operator copies its own to where it needs them. */
function placeOf(
  { kind, metadata }: KubernetesObject,
  operatorNamespace: string,
): readonly [readonly string[], string] {
  switch (kind) {
    case 'Installation':
      return [['spec', 'imagePullSecrets'], operatorNamespace];
    case 'ServiceAccount':
      return [['imagePullSecrets'], metadata.namespace ?? ''];
    default:
      return [['spec', 'template', 'spec', 'imagePullSecrets'], metadata.namespace ?? ''];
  }
}
