import caveatRows from './data/caveats.json' with { type: 'json' };
import installObjectRows from './data/install-objects.json' with { type: 'json' };
import floorRows from './data/kubernetes-floors.json' with { type: 'json' };
import metaObject from './data/meta.json' with { type: 'json' };
import operatorRows from './data/operators.json' with { type: 'json' };
import releaseRows from './data/releases.json' with { type: 'json' };
import removedApiRows from './data/removed-apis.json' with { type: 'json' };
import requiredApiRows from './data/required-apis.json' with { type: 'json' };
import securityRows from './data/security.json' with { type: 'json' };
import testedRows from './data/tested-kubernetes.json' with { type: 'json' };
import trapRows from './data/traps.json' with { type: 'json' };
import { formatMinor } from '../version/version.js';
import { byVersion, versionOf } from './release-lines.js';
import type {
  CalicoRelease,
  CatalogMeta,
  Caveat,
  InstallObject,
  KubernetesFloor,
  OperatorRelease,
  RemovedApi,
  RequiredApi,
  SecurityNote,
  TestedKubernetes,
  Trap,
} from './types.js';

/** The tables that judging needs, each oldest first. The manifests' digests are apart, in `manifests.ts`. */
export interface Catalog {
  readonly releases: readonly CalicoRelease[];
  readonly operators: readonly OperatorRelease[];
  readonly testedKubernetes: readonly TestedKubernetes[];
  readonly removedApis: readonly RemovedApi[];
  readonly requiredApis: readonly RequiredApi[];
  readonly kubernetesFloors: readonly KubernetesFloor[];
  readonly traps: readonly Trap[];
  readonly security: readonly SecurityNote[];
  readonly caveats: readonly Caveat[];
  readonly installObjects: readonly InstallObject[];
  readonly meta: CatalogMeta;
}

/** The catalog as committed; the schema test holds the files to the row types. */
export const catalog: Catalog = {
  releases: releaseRows,
  operators: operatorRows,
  testedKubernetes: testedRows,
  removedApis: removedApiRows as readonly RemovedApi[],
  requiredApis: requiredApiRows as readonly RequiredApi[],
  kubernetesFloors: floorRows,
  traps: trapRows as readonly Trap[],
  security: securityRows,
  caveats: caveatRows as readonly Caveat[],
  installObjects: installObjectRows,
  meta: metaObject,
};

/** Releases by version: `v3.26.1`. */
export const releaseByVersion: ReadonlyMap<string, CalicoRelease> = indexBy(
  catalog.releases,
  (row) => row.version,
);

/** Releases of each minor that has any, oldest first: `v3.26`. */
export const releasesByMinor: ReadonlyMap<string, readonly CalicoRelease[]> = groupBy(
  [...catalog.releases].sort((a, b) => byVersion(a.version, b.version)),
  (row) => formatMinor(versionOf(row.version)),
);

/** Operators by version: `v1.36.1.1`. */
export const operatorByVersion: ReadonlyMap<string, OperatorRelease> = indexBy(
  catalog.operators,
  (row) => row.version,
);

/** Operators that install each release, oldest first. */
export const operatorsByCalico: ReadonlyMap<string, readonly OperatorRelease[]> = groupBy(
  [...catalog.operators].sort((a, b) => byVersion(a.version, b.version)),
  (row) => row.calico,
);

/** What upstream states about each Calico minor: `v3.26`. */
export const testedByMinor: ReadonlyMap<string, TestedKubernetes> = indexBy(
  catalog.testedKubernetes,
  (row) => row.calico,
);

function indexBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row> {
  return new Map(rows.map((row) => [keyOf(row), row]));
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
