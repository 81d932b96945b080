import {
  calicoOfOperator,
  catalogDate,
  isSupportedMinor,
  releaseOf,
  safePatchAfter,
  securityNotesOf,
  sourceUrl,
  supportedMinors,
  trapsOf,
} from '../../catalog/queries.js';
import { formatMinor, formatVersion } from '../../version/version.js';
import type { ClusterView, Sighting } from './cluster-view.js';
import { type Judge, toFinding } from './judge.js';

/** Releases that are traps in the way they are used here. */
export const judgeTraps: Judge = (view) =>
  view.calico.flatMap((sighting) => {
    const uses = usesOf(view, sighting);
    const release = formatVersion(sighting.version);
    return trapsOf(sighting.version, uses).map((trap) =>
      toFinding(view.name, {
        code: 'release-trap',
        message: `Calico ${release}: ${trap.problem}`,
        remedy: trap.remedy,
        location: sighting.location,
        source: sourceUrl(trap.source),
        key: trap.id,
      }),
    );
  });

/** Calico minors that get no fixes any more; one finding a minor. */
export const judgeSupportPeriod: Judge = (view) => {
  const minors = new Map(
    view.calico
      .filter(({ version }) => isKnownMinor(version) && !isSupportedMinor(version))
      .map((sighting) => [formatMinor(sighting.version), sighting]),
  );
  return [...minors].map(([minor, { location }]) =>
    toFinding(view.name, {
      code: 'calico-out-of-support',
      message: `Calico ${minor} gets no fixes any more: upstream supports ${supportedMinors().join(' and ')}.`,
      location,
      source: 'https://github.com/projectcalico/calico/blob/v3.32.1/SECURITY.md',
      key: minor,
    }),
  );
};

/** Releases with a newer patch that is no trap. */
export const judgePatches: Judge = (view) =>
  view.calico.flatMap((sighting) => {
    const newer = safePatchAfter(sighting.version, usesOf(view, sighting));
    if (!newer || sighting.version.patch === null) return [];
    return toFinding(view.name, {
      code: 'newer-patch',
      message: `Calico ${formatVersion(sighting.version)} has a newer patch, ${newer.version}${newer.operator ? ` (operator ${newer.operator})` : ''}.`,
      remedy: `Move to ${newer.version}.`,
      location: sighting.location,
      source: sourceUrl(newer.source),
      key: formatVersion(sighting.version),
    });
  });

/** Releases that a security advisory names. */
export const judgeVulnerabilities: Judge = (view) =>
  view.calico.flatMap(({ version, location }) =>
    securityNotesOf(version).map(({ id, problem, fixedIn, source }) =>
      toFinding(view.name, {
        code: 'known-vulnerability',
        message: `Calico ${formatVersion(version)} has ${id}: ${problem}`,
        remedy: `Move to a release with the fix: ${fixedIn.join(', ')} or a newer minor.`,
        location,
        source: sourceUrl(source),
        key: `${id} ${formatVersion(version)}`,
      }),
    ),
  );

/** Releases and operators that the catalog does not know. */
export const judgeUnknown: Judge = (view) => {
  const unknown = [
    ...view.calico
      .filter(
        ({ version }) =>
          version.patch !== null && version.major === 3 && version.minor >= 20 && !releaseOf(version),
      )
      .map((sighting) => ({ sighting, what: 'Calico' })),
    ...view.operators
      .filter(({ version }) => version.patch !== null && version.minor >= 20 && !calicoOfOperator(version))
      .map((sighting) => ({ sighting, what: 'Tigera operator' })),
  ];
  return unknown.map(({ sighting, what }) => {
    const version = `${what} ${formatVersion(sighting.version)}`;
    return toFinding(view.name, {
      code: 'version-unknown',
      message: `${version} is not in the catalog, which is of ${catalogDate()}.`,
      location: sighting.location,
      key: version,
    });
  });
};

/** Calico whose Kubernetes nobody says. */
export const judgeMissingKubernetes: Judge = (view, { templated }) => {
  const [first] = [...view.calico, ...view.operators];
  if (!first || view.kubernetes.length > 0 || view.live?.kubernetes) return [];
  const paths = new Set(view.files.map(({ path }) => path));
  const template = templated.find(
    ({ use, definedAt }) =>
      use.component === 'kubernetes' && definedAt.length === 0 && paths.has(use.location.path),
  );
  const because = template
    ? `: ${template.use.text} at ${template.use.location.path}:${template.use.location.line} is a template`
    : '';
  return [
    toFinding(view.name, {
      code: 'kubernetes-unknown',
      message: `No file says which Kubernetes runs this ${view.calico.length > 0 ? 'Calico' : 'Tigera operator'} ${formatVersion(first.version)}${because}.`,
      location: first.location,
      key: '',
    }),
  ];
};

function usesOf(
  view: ClusterView,
  sighting: Sighting,
): { install: Sighting['install']; applicationLayerPolicy: boolean; ebpf: boolean } {
  const has = (name: string): boolean =>
    view.files.some(({ facts }) => facts.some((fact) => fact.kind === 'feature' && fact.name === name));
  const dikastes = view.found.some(({ subject }) => subject.kind === 'image' && subject.name === 'dikastes');
  return {
    install: sighting.install ?? view.install,
    applicationLayerPolicy: dikastes || has('application-layer-policy'),
    ebpf: has('ebpf'),
  };
}

function isKnownMinor({ major, minor }: Sighting['version']): boolean {
  return major < 3 || minor <= Number(/\.(\d+)$/.exec(supportedMinors().at(-1) ?? '')?.[1] ?? 0);
}
