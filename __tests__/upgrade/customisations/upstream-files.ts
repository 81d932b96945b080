import { describe } from '@jest/globals';
import { merge } from '../../../src/upgrade/customisations/merge.js';
import type { MergeResult } from '../../../src/upgrade/customisations/customisation.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import {
  isDefinition,
  manifestAvailability,
  manifestFiles,
  manifestVersions,
  readManifest,
} from '../../../test-cluster/ready-made/manifests.js';

const availability = manifestAvailability();

/** `describe`, where upstream's files are there, or where REQUIRE_ALL_TESTS is 1; else the tests are skipped. */
export const describeWithManifests =
  availability.isAvailable || process.env['REQUIRE_ALL_TESTS'] === '1' ? describe : describe.skip;

/** A title that says why a suite is skipped. */
export function needingManifests(title: string): string {
  return availability.isAvailable ? title : `${title} (skipped: ${availability.reason})`;
}

/** A release's file, and the file of the same name in the next release that is kept here. */
export interface Hop {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Files that a whole install is made of. */
const INSTALL_FILES = [
  'calico.yaml',
  'calico-typha.yaml',
  'calico-vxlan.yaml',
  'calico-bpf.yaml',
  'calico-policy-only.yaml',
  'calico-etcd.yaml',
  'canal.yaml',
  'canal-etcd.yaml',
  'tigera-operator.yaml',
];

/** Every pair of neighbouring releases, for every file that both have. */
export function hops(): Hop[] {
  if (!availability.isAvailable) return [];
  const releases = manifestVersions().filter((name) => /^v\d+\.\d+\.\d+$/.test(name));
  return INSTALL_FILES.flatMap((file) => {
    const having = releases.filter((release) => manifestFiles(release).includes(file));
    return having.slice(1).map((to, index) => ({ file, from: having[index] ?? to, to }));
  });
}

/** The objects of an upstream file without definitions. */
export function objectsOf(release: string, file: string): KubernetesObject[] {
  return readManifest(release, file).filter((object) => !isDefinition(object));
}

/** Fields of a merge's customisations with what became of them: `kept ConfigMap/calico-config data.veth_mtu`. */
export function linesOf({ customisations }: MergeResult): string[] {
  return customisations.map(
    ({ outcome, object, field }) => `${outcome} ${object.kind}/${object.name} ${field}`,
  );
}

/** Whether two lists of objects say the same, by the merge's own measure. */
export function isSameInstall(one: readonly KubernetesObject[], other: readonly KubernetesObject[]): boolean {
  const { customisations } = merge(one, other, one);
  return customisations.length === 0 && one.length === other.length;
}
