import { calicoOfOperator, versionOf } from '../../src/catalog/queries.js';
import { reached } from '../../src/catalog/release-lines.js';
import { compareVersions, parseVersion } from '../../src/version/version.js';

/** What the operator of a release does that others do not. */
export interface OperatorRelease {
  /** `v1.36.16` */
  readonly version: string;
  /** The one Calico that it installs. */
  readonly calico: string;
  /** Registry of Calico's images where the Installation names none. */
  readonly registry: string;
  /** Namespace of calico-apiserver. */
  readonly apiServerNamespace: string;
  /** Whether it overwrites definitions with its own, where its flag says so. */
  readonly hasDefinitions: boolean;
  /** Whether it owns IP pools and reports `ippools`; else calico-node makes the first pool. */
  readonly ownsPools: boolean;
  /** Whether its Installation has `disableNewAllocations` of pools, which it fills in. */
  readonly canStopPools: boolean;
  /** Whether it reports `tiers`. */
  readonly reportsTiers: boolean;
  /** Whether it has controllers of Goldmane and Whisker. */
  readonly hasFlows: boolean;
  /** `ENABLED_CONTROLLERS` of kube-controllers. */
  readonly controllers: string;
  /** Whether it renders csi-node-driver. */
  readonly hasCsi: boolean;
  /** Whether calicoNodeDaemonSet and its like are honoured. */
  readonly hasOverrides: boolean;
  /** `maxSurge` of typha. */
  readonly typhaSurge: string;
  /** Whether `nonPrivileged: Enabled` makes it Degraded. */
  readonly refusesNonPrivileged: boolean;
}

/**
 * What an operator does, by the tag of its image; null where the catalog does not know which Calico it installs.
 *
 * Sources, all tigera/operator:
 * - registry: v1.38.6 and v1.38.7 `pkg/components/images.go`
 * - apiServerNamespace: v1.38.13 `pkg/render/common/meta/meta.go`, v1.40.15 `pkg/render/apiserver.go`
 * - hasDefinitions: v1.38.13 `pkg/controller/installation/core_controller.go`, `updateCRDs`
 * - ownsPools: v1.34.5 `pkg/controller/ippool/pool_controller.go`; v1.32.10 has no such folder
 * - canStopPools: the definition of Installation in Calico v3.29.7's tigera-operator.yaml; v3.28.2's has no such field
 * - reportsTiers: `pkg/controller/tiers/tiers_controller.go` returns at once without Enterprise up to v1.40.15; v1.42.3
 *   runs it always
 * - hasFlows: v1.38.0 `pkg/controller/goldmane`, `pkg/controller/whisker`; v1.36.16 has neither folder
 * - controllers: v1.36.16 and v1.38.13 `pkg/render/kubecontrollers/kube-controllers.go`
 * - hasCsi, hasOverrides: v1.28.5 `pkg/render/csi.go`, `api/v1/installation_types.go`; v1.25.0 has neither
 * - typhaSurge: v1.28.5 and v1.30.9 `pkg/render/typha.go`
 * - refusesNonPrivileged: v1.38.13, v1.40.8, v1.42.0 `pkg/controller/installation/validation.go`
 */
export function operatorRelease(tag: string): OperatorRelease | null {
  const version = parseVersion(tag);
  const calico = version && calicoOfOperator(version);
  if (!version || calico === null) return null;
  const since = (first: string): boolean => compareVersions(version, versionOf(first)) >= 0;
  return {
    version: tag,
    calico,
    registry: since('v1.38.7') ? 'quay.io/' : 'docker.io/',
    apiServerNamespace: since('v1.40.0') ? 'calico-system' : 'calico-apiserver',
    hasDefinitions: since('v1.38.0'),
    ownsPools: since('v1.34.0'),
    canStopPools: since('v1.36.0'),
    reportsTiers: since('v1.42.0'),
    hasFlows: since('v1.38.0'),
    controllers: since('v1.38.0') ? 'node,loadbalancer' : 'node',
    hasCsi: since('v1.28.0'),
    hasOverrides: since('v1.28.0'),
    typhaSurge: since('v1.30.0') ? '100%' : '25%',
    refusesNonPrivileged: reached(['v1.38.13', 'v1.40.8', 'v1.42.0'], version),
  };
}

/** How many typhas a cluster needs (tigera/operator v1.42.3 `pkg/common/autoscale.go`). */
export function typhaScale(nodes: number): number {
  if (nodes <= 2) return 1;
  if (nodes <= 4) return 2;
  return Math.max(3, Math.floor(nodes / 200) + 2);
}
