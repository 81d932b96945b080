import {
  calicoMinors,
  releasesOf,
  requiredStops,
  supportOf,
  trapsOf,
  versionOf,
} from '../../catalog/queries.js';
import type { Support, Uses } from '../../catalog/types.js';
import { compareVersions, formatMinor, formatVersion, type Version } from '../../version/version.js';
import { explainHop } from './explain-hop.js';
import type { Destination, Hop, MissingPair, Pair, Path } from './hop.js';

/** Pairs that a way has ended on so far, and what they cost. */
interface Way {
  readonly pair: Pair;
  /** How many of its pairs are not tested. */
  readonly untested: number;
  readonly length: number;
  readonly previous: Way | null;
  readonly support: Support | null;
}

/**
 * The shortest way between two pairs on which every hop ends on a tested pair, no hop ends on a trap, the stops that
 * upstream asks for are made, Kubernetes moves one minor at a time and nothing ever goes back. A hop of Calico may cross
 * several minors, as upstream's guides do. Of equally short ways the one that takes the newest Calico first.
 */
export function findPath(from: Pair, to: Destination, uses: Uses): Path {
  const start: Pair = { kubernetes: minorOf(from.kubernetes), calico: from.calico };
  const destination = { ...to, kubernetes: minorOf(to.kubernetes) };
  if (isBack(start, destination))
    return { kind: 'none', missing: [], reason: describeBack(start, destination) };
  const way = search(start, destination, uses);
  if (!way) return explainNone(start, destination, uses);
  const ways = unwind(way);
  const hops = ways.slice(1).map((step, index) => toHop(ways[index] ?? step, step, destination, uses));
  const missing = hops
    .filter(({ support }) => support.support !== 'tested')
    .map(({ to: pair, support }) => ({ pair, support }));
  return missing.length === 0 ? { kind: 'found', hops } : { kind: 'untested', hops, missing };
}

/** Gives every pair that a hop may end on after another, the ones to try first first. */
function createMoves(start: Pair, to: Destination, uses: Uses): (pair: Pair) => readonly Pair[] {
  const releases = landings(start.calico, to.calico, uses);
  const reachable = new Map<string, readonly Version[]>();
  const releasesFrom = (calico: Version): readonly Version[] => {
    const key = formatVersion(calico);
    const known =
      reachable.get(key) ??
      releases.filter((release) => compareVersions(release, calico) > 0 && mayHop(calico, release, uses));
    reachable.set(key, known);
    return known;
  };
  return ({ kubernetes, calico }) => {
    const onCalico = releasesFrom(calico).map((release) => ({ kubernetes, calico: release }));
    if (kubernetes.minor >= to.kubernetes.minor) return onCalico;
    return [...onCalico, { kubernetes: { ...kubernetes, minor: kubernetes.minor + 1 }, calico }];
  };
}

/** Dijkstra over (untested pairs, hops): small numbers, so a list that is kept sorted will do. */
function search(start: Pair, to: Destination, uses: Uses): Way | null {
  const nextPairs = createMoves(start, to, uses);
  const queue: Way[] = [{ pair: start, untested: 0, length: 0, previous: null, support: null }];
  const done = new Set<string>();
  const judged = new Map<string, Support>();
  const judge = (pair: Pair): Support => {
    const known = judged.get(keyOf(pair)) ?? supportOf(pair.kubernetes, pair.calico, uses.install ?? null);
    judged.set(keyOf(pair), known);
    return known;
  };
  for (let way = queue.shift(); way; way = queue.shift()) {
    const key = keyOf(way.pair);
    if (done.has(key)) continue;
    done.add(key);
    if (isThere(way.pair, to)) return way;
    for (const pair of nextPairs(way.pair)) {
      if (done.has(keyOf(pair))) continue;
      const support = judge(pair);
      if (support.support === 'broken') continue;
      const untested = way.untested + (support.support === 'tested' ? 0 : 1);
      insert(queue, { pair, untested, length: way.length + 1, previous: way, support });
    }
  }
  return null;
}

/** Behind all that cost no more: what was found first stays first. */
function insert(queue: Way[], way: Way): void {
  const at = queue.findIndex(
    ({ untested, length }) => untested > way.untested || (untested === way.untested && length > way.length),
  );
  queue.splice(at === -1 ? queue.length : at, 0, way);
}

/** Announced releases that are no traps, newest first; the destination itself whatever it is. */
function landings(from: Version, to: Version, uses: Uses): readonly Version[] {
  return calicoMinors()
    .flatMap((minor) => releasesOf(versionOf(minor)))
    .filter(({ announced, operator }) => announced && operator !== null)
    .map(({ version }) => versionOf(version))
    .filter((version) => compareVersions(version, from) > 0 && compareVersions(version, to) < 0)
    .filter((version) => trapsOf(version, uses).length === 0)
    .concat(compareVersions(to, from) > 0 ? [to] : [])
    .sort((a, b) => compareVersions(b, a));
}

/** Whether no stop is left out on the way between two releases. */
function mayHop(from: Version, to: Version, uses: Uses): boolean {
  return requiredStops(from, to, uses).every((stop) => stop === formatVersion(to));
}

function toHop(from: Way, to: Way, destination: Destination, uses: Uses): Hop {
  const support = to.support ?? supportOf(to.pair.kubernetes, to.pair.calico, uses.install ?? null);
  const component = compareVersions(from.pair.calico, to.pair.calico) === 0 ? 'kubernetes' : 'calico';
  const hop = { component, from: from.pair, to: to.pair, support } as const;
  return { ...hop, because: explainHop(hop, destination, uses) };
}

function explainNone(start: Pair, to: Destination, uses: Uses): Path {
  const blocked = createMoves(
    start,
    to,
    uses,
  )(start)
    .map((pair): MissingPair => ({
      pair,
      support: supportOf(pair.kubernetes, pair.calico, uses.install ?? null),
    }))
    .filter(({ support }) => support.support === 'broken');
  const end = supportOf(to.kubernetes, to.calico, uses.install ?? null);
  const missing = end.support === 'broken' ? [{ pair: to, support: end }] : blocked;
  return { kind: 'none', missing, reason: missing[0]?.support.reason ?? 'No release leads there.' };
}

function isBack(start: Pair, to: Destination): boolean {
  return compareVersions(to.calico, start.calico) < 0 || to.kubernetes.minor < start.kubernetes.minor;
}

function describeBack(start: Pair, to: Destination): string {
  const isCalico = compareVersions(to.calico, start.calico) < 0;
  const [name, now, then] = isCalico
    ? ['Calico', formatVersion(start.calico), formatVersion(to.calico)]
    : ['Kubernetes', formatMinor(start.kubernetes), formatMinor(to.kubernetes)];
  return `${name} is at ${now} already, which is newer than ${then}: an upgrade never goes back.`;
}

function unwind(way: Way): readonly Way[] {
  return way.previous ? [...unwind(way.previous), way] : [way];
}

function isThere(pair: Pair, to: Destination): boolean {
  return compareVersions(pair.calico, to.calico) === 0 && pair.kubernetes.minor === to.kubernetes.minor;
}

function keyOf({ kubernetes, calico }: Pair): string {
  return `${formatMinor(kubernetes)} ${formatVersion(calico)}`;
}

function minorOf({ major, minor }: Version): Version {
  return { major, minor, patch: null, suffix: '' };
}
