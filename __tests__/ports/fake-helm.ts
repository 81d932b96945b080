import { EnvironmentError } from '../../src/errors.js';
import { type Helm, type HelmRevision, rollbackCommand } from '../../src/ports/helm.js';

/** A Helm that keeps the revisions of releases in memory. */
export interface FakeHelm extends Helm {
  /** Charts of a release’s revisions, the first one first. */
  readonly history: (name: string, namespace: string) => readonly string[];
}

/** @param releases charts by `NAMESPACE/NAME`, the first revision first */
export function createFakeHelm(releases: Readonly<Record<string, readonly string[]>> = {}): FakeHelm {
  const charts = new Map(Object.entries(releases));
  const revisionsOf = (name: string, namespace: string): readonly string[] =>
    charts.get(`${namespace}/${name}`) ?? [];
  return {
    history: revisionsOf,
    rollback: (to) => {
      const present = revisionsOf(to.name, to.namespace);
      const chart = present[to.revision - 1];
      if (chart === undefined) return Promise.reject(refused(to, present.length === 0));
      charts.set(`${to.namespace}/${to.name}`, [...present, chart]);
      return Promise.resolve();
    },
  };
}

function refused(to: HelmRevision, isUnknown: boolean): EnvironmentError {
  const said = isUnknown ? 'Error: release: not found' : `Error: release has no ${to.revision} version`;
  return new EnvironmentError(
    `helm rollback of ${to.namespace}/${to.name} to revision ${to.revision} failed with 1: ${said}.`,
    `Put right what Helm names, and run: ${rollbackCommand(to)}`,
  );
}
