import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where Kubernetes keeps what its API server says of its own kinds. */
const MODULE = 'k8s.io/kubernetes';
const MODULE_FOLDER = resolve('test-cluster/go/kubernetes-v1.34.4');
const OPENAPI = 'api/openapi-spec/swagger.json';

interface Definition {
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

/**
 * Writes a JSON schema for every kind of Kubernetes v1.34.4, laid out for kubeconform.
 *
 * @returns what `-schema-location` is; null where Go is not there to fetch Kubernetes' sources with
 */
export function writeSchemas(folder: string): string | null {
  const { error, status, stdout } = spawnSync('go', ['mod', 'download', '-json', MODULE], {
    cwd: MODULE_FOLDER,
    encoding: 'utf8',
  });
  if (error || status !== 0) return null;
  const { Dir: directory } = JSON.parse(stdout) as { readonly Dir: string };
  const { definitions } = JSON.parse(readFileSync(join(directory, OPENAPI), 'utf8'), allowNumbers) as {
    readonly definitions: Readonly<Record<string, Definition>>;
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'definitions.json'), JSON.stringify({ definitions }));
  for (const [name, { 'x-kubernetes-group-version-kind': kinds = [] }] of Object.entries(definitions)) {
    for (const { group, version, kind } of kinds) {
      const suffix = group === '' ? version : `${group.split('.')[0] ?? ''}-${version}`;
      writeFileSync(
        join(folder, `${kind.toLowerCase()}-${suffix}.json`),
        JSON.stringify({ $ref: `definitions.json#/definitions/${name}` }),
      );
    }
  }
  return `${folder}/{{.ResourceKind}}{{.KindSuffix}}.json`;
}

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/** OpenAPI 2 calls strings what may be numbers too. */
function allowNumbers(key: string, value: unknown): unknown {
  const { format, type } = (value ?? {}) as { readonly format?: string; readonly type?: unknown };
  return format === 'int-or-string' || (key === QUANTITY && type === 'string')
    ? { type: ['string', 'number'] }
    : value;
}
