import { calicoOfOperator, operatorFor, sourceUrl } from '../../catalog/queries.js';
import {
  compareVersions,
  formatMinor,
  formatVersion,
  parseVersion,
  type Version,
} from '../../version/version.js';
import { type ClusterView, isSameRelease, placeOf, type Sighting } from './cluster-view.js';
import { type Judge, toFinding } from './judge.js';

/** Operators that install another Calico than the files of the cluster name. */
export const judgeOperators: Judge = (view) =>
  view.operators.flatMap((operator) => {
    const installs = calicoOf(operator);
    const [named] = view.calico.filter(({ install }) => install !== 'manifest');
    if (!installs || !named || view.calico.some(({ version }) => isSameRelease(version, installs))) return [];
    const right = operatorFor(named.version);
    const versions = `${formatVersion(operator.version)} ${formatVersion(named.version)}`;
    return toFinding(view.name, {
      code: 'operator-mismatch',
      message: `Operator ${formatVersion(operator.version)} installs Calico ${formatVersion(installs)}, but ${placeOf(named.location)} names ${formatVersion(named.version)}.`,
      remedy: right
        ? `Use operator ${right}, which installs Calico ${formatVersion(named.version)}.`
        : 'Take the operator version from the Calico release.',
      location: operator.location,
      related: [named.location],
      source: sourceUrl(`tigera/operator@${formatVersion(operator.version)}:config/calico_versions.yml`),
      key: versions,
    });
  });

/** The Calico releases of a cluster: what the files name, and what its operators install where nothing is named. */
export function releasesOf(view: ClusterView): readonly Sighting[] {
  const implied = view.operators.flatMap((operator) => {
    const version = calicoOf(operator);
    return version && !view.calico.some((sighting) => isSameRelease(sighting.version, version))
      ? [{ ...operator, version }]
      : [];
  });
  return [...view.calico, ...implied].sort((a, b) => compareVersions(a.version, b.version));
}

function calicoOf({ version }: Sighting): Version | null {
  const release = calicoOfOperator(version);
  return release ? parseVersion(release) : null;
}

/** ImageSets are in use, and there is none for a release that the files name. */
export const judgeImageSets: Judge = (view) => {
  const isImageSet = ({ found }: Sighting): boolean =>
    found.subject.kind === 'field' && found.subject.name.startsWith('ImageSet');
  const sets = view.found.filter(
    ({ subject }) => subject.kind === 'field' && subject.name.startsWith('ImageSet'),
  );
  const [set] = sets;
  if (!set) return [];
  return view.calico
    .filter(
      (sighting) =>
        !isImageSet(sighting) &&
        sighting.version.patch !== null &&
        !sets.some(({ version }) => version && isSameRelease(version, sighting.version)),
    )
    .map((sighting) =>
      toFinding(view.name, {
        code: 'imageset-missing',
        message: `The cluster uses ImageSets (${placeOf(set.location)}) and has none named calico-${formatVersion(sighting.version)}.`,
        remedy: `Add an ImageSet named calico-${formatVersion(sighting.version)} with the digests of its images.`,
        location: sighting.location,
        related: [set.location],
        key: formatVersion(sighting.version),
      }),
    );
};

/** From v3.32.0 the operator's chart comes without CRDs: something else has to bring them. */
export const judgeChartCrds: Judge = (view) => {
  const chart = view.calico.find(
    ({ found, version }) =>
      found.subject.kind === 'chart' &&
      found.subject.name === 'tigera-operator' &&
      version.major === 3 &&
      version.minor >= 32,
  );
  const hasCrds =
    view.found.some(({ subject }) => bringsCrds(subject)) ||
    view.files.some(({ facts }) =>
      facts.some((fact) => fact.kind === 'object' && fact.name === 'installations.operator.tigera.io'),
    );
  if (!chart || hasCrds) return [];
  return [
    toFinding(view.name, {
      code: 'helm-crds-separate',
      message: `The tigera-operator chart ${formatVersion(chart.version)} contains no CRDs, and nothing else in this cluster’s files brings them.`,
      location: chart.location,
      source: sourceUrl(
        `projectcalico/calico@${formatVersion({ ...chart.version, patch: chart.version.patch ?? 0 })}:charts/tigera-operator/README.md`,
      ),
      key: formatMinor(chart.version),
    }),
  ];
};

function bringsCrds(subject: Sighting['found']['subject']): boolean {
  if (subject.kind === 'chart')
    return subject.name === 'crd.projectcalico.org.v1' || subject.name === 'projectcalico.org.v3';
  return (
    subject.kind === 'manifest' &&
    /^(?:operator-crds|v1_crd_projectcalico_org|v3_projectcalico_org)\.yaml$/.test(subject.file)
  );
}
