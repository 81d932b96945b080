import { calicoOfOperator, installObjects } from '../../catalog/queries.js';
import { compareVersions, parseVersion, type Version } from '../../version/version.js';
import type { Location } from '../../text/lines.js';
import type { TemplatedReference } from '../resolve.js';
import type { ScannedFile } from '../scan.js';
import type { ClusterView } from './cluster-view.js';
import { type Judge, type JudgeContext, toFinding } from './judge.js';

type Apply = Extract<ScannedFile['facts'][number], { kind: 'apply' }>;

/** `kubectl apply` or Argo CD without server-side apply, of something that holds a CRD too large for that. */
export const judgeClientSideApply: Judge = (view, context) =>
  appliesTo(view, context).flatMap(({ file, apply }) => {
    const definition = definitionIn(view, file, apply, context);
    if (definition === null) return [];
    return toFinding(view.name, {
      code: 'client-side-apply',
      message: `Client-side apply of ${apply.target} fails: its CRD ${definition} is larger than the 262,144 bytes that the last-applied annotation can hold.`,
      location: apply.location,
      source: 'https://github.com/projectcalico/calico/issues/7826',
      key: apply.target.replace(/v?\d+\.\d+(?:\.\d+)?/, ''),
    });
  });

/**
 * Client-side applies in the cluster's files, in files that refer to them, such as an install script, and in files that
 * take a version from them, such as a role.
 */
function appliesTo(
  view: ClusterView,
  { files, graph, templated }: JudgeContext,
): { file: ScannedFile; apply: Apply }[] {
  const own = new Set(view.files.map(({ path }) => path));
  const takers = new Set(
    templated.flatMap(({ use, definedAt }) =>
      definedAt.some(({ path }) => own.has(path)) ? [use.location.path] : [],
    ),
  );
  const concerns = (path: string): boolean =>
    own.has(path) || takers.has(path) || [...graph.reach(path)].some((reached) => own.has(reached));
  return files.flatMap((file) => {
    const applies = file.facts.filter((fact) => fact.kind === 'apply' && fact.mode === 'client-side');
    if (applies.length === 0 || !concerns(file.path)) return [];
    return applies.map((apply) => ({ file, apply: apply as Apply }));
  });
}

/** The CRD that is too large in what is applied, or null. */
function definitionIn(
  view: ClusterView,
  file: ScannedFile,
  apply: Apply,
  context: JudgeContext,
): string | null {
  if (apply.target.startsWith('chart ')) return definitionOfChart(file);
  if (apply.target.includes('://')) return definitionOfUrl(view, file, apply, context);
  return definitionOfFile(view, file, apply.target, context);
}

/** The chart carries its CRDs up to v3.31. */
function definitionOfChart(file: ScannedFile): string | null {
  const chart = file.found.find(({ subject, version }) => subject.kind === 'chart' && version !== null);
  return chart?.version && chart.version.minor < 32
    ? tooLargeDefinition(chart.version, 'operator-crds.yaml')
    : null;
}

/** The URL says the release itself, or a variable of the repository does. */
function definitionOfUrl(
  view: ClusterView,
  { path, found }: ScannedFile,
  { target, offset }: Apply,
  { templated }: JudgeContext,
): string | null {
  const isInside = (at: number): boolean => at >= offset && at < offset + target.length;
  const isOurs = ({ use }: TemplatedReference): boolean => use.location.path === path && isInside(use.offset);
  const releases = [
    ...found.filter(({ versionOffset }) => isInside(versionOffset)),
    ...templated
      .filter(isOurs)
      .flatMap(({ use, definedAt }) =>
        view.found
          .filter(({ location }) => definedAt.some((place) => isSamePlace(place, location)))
          .map(({ version }) => ({ version, subject: use.subject })),
      ),
  ];
  for (const { version, subject } of releases) {
    const name = version && subject.kind === 'manifest' ? tooLargeDefinition(version, subject.file) : null;
    if (name) return name;
  }
  return null;
}

function isSamePlace(a: Location, b: Location): boolean {
  return a.path === b.path && a.line === b.line && a.column === b.column;
}

/** A file of the repository that holds the CRD, or a kustomization of a remote one that does. */
function definitionOfFile(
  view: ClusterView,
  from: ScannedFile,
  target: string,
  { graph }: JudgeContext,
): string | null {
  const name = target.replace(/\/+$/, '').split('/').at(-1) ?? '';
  const reached = graph.reach(from.path);
  const isApplied = (path: string): boolean => reached.has(path) && `/${path}`.includes(`/${name}`);
  for (const { facts, found } of view.files.filter(({ path }) => isApplied(path))) {
    const held = facts.find(
      (fact) => fact.kind === 'object' && fact.name === 'installations.operator.tigera.io',
    );
    const operator = found.find(({ component }) => component === 'tigera-operator')?.version;
    const release = operator ? parseVersion(calicoOfOperator(operator) ?? '') : null;
    if (held?.kind === 'object' && (!release || tooLargeDefinition(release, 'operator-crds.yaml')))
      return held.name;
    for (const { subject, version } of found) {
      const remote =
        subject.kind === 'manifest' && version ? tooLargeDefinition(version, subject.file) : null;
      if (remote) return remote;
    }
  }
  return null;
}

/** The CRD of an upstream file that client-side apply cannot take at a release, or null. */
function tooLargeDefinition(release: Version, file: string): string | null {
  const last = { ...release, patch: release.patch ?? Number.MAX_SAFE_INTEGER };
  const hasReached = (bound: string | null): boolean => {
    const version = bound === null ? null : parseVersion(bound);
    return version !== null && compareVersions(last, version) >= 0;
  };
  // The file kept its name and lost its CRDs.
  if (file === 'tigera-operator.yaml' && release.minor >= 30) return null;
  return (
    installObjects().find(({ tooLargeSince, files }) => files.includes(file) && hasReached(tooLargeSince))
      ?.name ?? null
  );
}
