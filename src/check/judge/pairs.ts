import { supportOf } from '../../catalog/queries.js';
import type { Support } from '../../catalog/types.js';
import { NOWHERE } from '../../findings/finding.js';
import type { Location } from '../../text/lines.js';
import { formatMinor } from '../../version/version.js';
import {
  type CalicoSighting,
  type ClusterView,
  isSameRelease,
  type KubernetesSighting,
} from './cluster-view.js';

/** A Kubernetes and a Calico version of one cluster, and how they fit. */
export interface JudgedPair {
  readonly kubernetes: KubernetesSighting;
  readonly calico: CalicoSighting;
  readonly support: Support;
}

/**
 * The pairs of a cluster: what its files name, completed by what runs where they name one side only. Where they name both,
 * what runs is a pair too, and so is every pair that the cluster may pass through on its way to what the files name.
 *
 * @param named the releases that the files name
 */
export function pairsOf(view: ClusterView, named: readonly CalicoSighting[]): readonly JudgedPair[] {
  const { live } = view;
  const kubernetes = withoutCoveredMinors(view.kubernetes);
  const pair = ([one, calico]: Pair): JudgedPair => ({
    kubernetes: one,
    calico,
    support: supportOf(one.version, calico.version, calico.install ?? view.install),
  });
  const running = { kubernetes: live?.kubernetes ? [live.kubernetes] : [], calico: live?.calico ?? [] };
  const stated = cross(
    kubernetes.length > 0 ? kubernetes : running.kubernetes,
    named.length > 0 ? named : running.calico,
  );
  const passages =
    kubernetes.length > 0 && named.length > 0
      ? [
          ...cross(
            running.kubernetes.filter(isNone(kubernetes, isSameMinor)),
            named.filter(isNone(running.calico, isSame)),
          ),
          ...cross(
            kubernetes.filter(isNone(running.kubernetes, isSameMinor)),
            running.calico.filter(isNone(named, isSame)),
          ),
        ]
      : [];
  const present = cross(running.kubernetes, running.calico).filter(
    ([one, calico]) => !stated.some((other) => isSameMinor(one, other[0]) && isSame(calico, other[1])),
  );
  return [...stated, ...passages, ...present].map(pair);
}

type Pair = readonly [KubernetesSighting, CalicoSighting];

function cross(
  kubernetes: readonly KubernetesSighting[],
  calico: readonly CalicoSighting[],
): readonly Pair[] {
  return kubernetes.flatMap((one) => calico.map((other): Pair => [one, other]));
}

/** v1.32 beside v1.32.4 says nothing more, and would give every pair twice. */
function withoutCoveredMinors(all: readonly KubernetesSighting[]): readonly KubernetesSighting[] {
  const whole = all.filter(({ version }) => version.patch !== null);
  return all.filter((one) => one.version.patch !== null || isNone(whole, isSameMinor)(one));
}

/** Tells those that are not among others. */
function isNone<One>(
  others: readonly One[],
  isEqual: (one: One, other: One) => boolean,
): (one: One) => boolean {
  return (one) => !others.some((other) => isEqual(one, other));
}

/** Upstream tests by the minor of Kubernetes. */
function isSameMinor(a: KubernetesSighting, b: KubernetesSighting): boolean {
  return formatMinor(a.version) === formatMinor(b.version);
}

function isSame(a: CalicoSighting, b: CalicoSighting): boolean {
  return isSameRelease(a.version, b.version);
}

/** Whether one side of the pair runs and the files say the other, and another version of the one that runs. */
export function isPassage({ kubernetes, calico }: JudgedPair, pairs: readonly JudgedPair[]): boolean {
  if (isLive(kubernetes) === isLive(calico)) return false;
  return pairs.some((other) => !isLive(other.kubernetes) && !isLive(other.calico));
}

/** The pair that a cluster passes through where the other side moves first, if that fits; null otherwise. */
export function otherPassage(pair: JudgedPair, pairs: readonly JudgedPair[]): JudgedPair | null {
  const isOther = (other: JudgedPair): boolean =>
    isPassage(other, pairs) &&
    isLive(other.kubernetes) !== isLive(pair.kubernetes) &&
    other.support.support === 'tested';
  return pairs.find(isOther) ?? null;
}

/** Where a pair is shown: at its Calico, at its Kubernetes where no file says the Calico, nowhere where both run. */
export function locationOf({ kubernetes, calico }: Pick<JudgedPair, 'kubernetes' | 'calico'>): Location {
  return calico.location ?? kubernetes.location ?? NOWHERE;
}

function isLive({ origin }: KubernetesSighting | CalicoSighting): boolean {
  return origin === 'live';
}
