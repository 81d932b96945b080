import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '../certificates/certificate.js';
import { createLayer, type ImageSpec, type Layer } from './image.js';
import { type TarEntry } from './tar.js';

/** What goes wrong with a version. Without a fault it works. */
export type StandInFault =
  /** Runs and does not restart, and its readiness probe never succeeds. */
  | { readonly kind: 'never-ready' }
  /** Ends that long after it became ready, each time it is started. */
  | { readonly kind: 'crashes'; readonly afterSeconds: number }
  /** calico-node is ready, and its node drops all that it should forward, until another version starts on the node. */
  | { readonly kind: 'drops-forwarding' }
  /** calico-node is ready; a new pod is never given a network, so its containers do not start. */
  | { readonly kind: 'cni-fails' }
  /** calico-node is ready; a new pod runs and reaches nothing. */
  | { readonly kind: 'isolates-new-pods' }
  /** calico-node drops what its node should forward for that long when it starts, and then works. */
  | { readonly kind: 'gap'; readonly seconds: number };

/** Images of Calico, by the last part of their names. */
export const CALICO_COMPONENTS = [
  'node',
  'cni',
  'kube-controllers',
  'typha',
  'apiserver',
  'pod2daemon-flexvol',
  'csi',
  'node-driver-registrar',
  'dikastes',
  'goldmane',
  'whisker',
  'whisker-backend',
  'ctl',
] as const;
export type CalicoComponent = (typeof CALICO_COMPONENTS)[number];

/** What the images of all versions are made of. */
export interface CalicoLayers {
  readonly base: Layer;
  readonly agnhost: Layer;
  readonly standIn: Layer;
}

/** How the stand-ins of one Calico version behave. */
export interface CalicoBehaviour {
  readonly fault?: StandInFault;
  /** Whose fault it is. Default: `node`. Those of new pods are always carried out by `cni`, for `node`. */
  readonly component?: CalicoComponent;
  /** Where it goes wrong. Default: on every node. */
  readonly nodes?: readonly string[];
  /** How long a component takes to become ready. Default: 1. */
  readonly readyAfterSeconds?: number;
}

/** Where upstream's manifests and the operator take images from. */
const REGISTRIES = ['docker.io/calico', 'quay.io/calico'];
/** Upstream's images run as this user where their manifests say `runAsNonRoot`. */
const UNPRIVILEGED: Partial<Record<CalicoComponent, string>> = {
  'kube-controllers': '999',
  typha: '999',
  apiserver: '999',
};
const SCRIPT = 'stand-in.sh';
const PLUGIN = 'cni-plugin.sh';
/** Names that upstream's manifests call the programs by. */
const PROGRAMS = [
  'usr/local/bin/operator',
  'bin/calico-node',
  'usr/bin/check-status',
  'usr/bin/filecheck',
  'opt/cni/bin/install',
  'opt/cni/bin/calico-ipam',
];

/** The layer with the script, and the links by which manifests find it. */
export function createStandInLayer(): Layer {
  const tls = createAuthority('stand-in').issue({
    commonName: 'calico-api.calico-system.svc',
    usages: ['server'],
    names: ['localhost', '127.0.0.1'],
  });
  return createLayer([
    { path: SCRIPT, type: 'file', mode: 0o755, content: readFileSync(join(import.meta.dirname, SCRIPT)) },
    { path: PLUGIN, type: 'file', content: readFileSync(join(import.meta.dirname, PLUGIN)) },
    { path: 'tls.crt', type: 'file', content: Buffer.from(tls.certificate) },
    { path: 'tls.key', type: 'file', content: Buffer.from(tls.key) },
    ...PROGRAMS.map((path): TarEntry => ({ path, type: 'symlink', target: `/${SCRIPT}` })),
  ]);
}

/** The images of one Calico version (`v3.28.2`), under all names that upstream's manifests give them. */
export function calicoImages(
  version: string,
  layers: CalicoLayers,
  behaviour: CalicoBehaviour = {},
): readonly ImageSpec[] {
  return CALICO_COMPONENTS.map((component) => ({
    names: REGISTRIES.map((registry) => `${registry}/${component}:${version}`),
    layers:
      component === 'apiserver'
        ? [layers.base, layers.agnhost, layers.standIn]
        : [layers.base, layers.standIn],
    entrypoint: [`/${SCRIPT}`],
    env: environmentOf(component, version, behaviour),
    ...(UNPRIVILEGED[component] === undefined ? {} : { user: UNPRIVILEGED[component] }),
  }));
}

/** Images of operators, by their versions (`v1.38.13`): they run and do nothing, for the operator is played from outside. */
export function operatorImages(versions: readonly string[], layers: CalicoLayers): readonly ImageSpec[] {
  return versions.map((version) => ({
    names: [`quay.io/tigera/operator:${version}`],
    layers: [layers.base, layers.standIn],
    entrypoint: [`/${SCRIPT}`],
    env: {
      // Its manifest names the program alone
      PATH: '/usr/local/bin:/usr/bin:/bin',
      STAND_IN_COMPONENT: 'operator',
      STAND_IN_VERSION: version,
      STAND_IN_READY_AFTER: '1',
    },
  }));
}

function environmentOf(
  component: CalicoComponent,
  version: string,
  { fault, component: faulty = 'node', nodes = [], readyAfterSeconds = 1 }: CalicoBehaviour,
): Readonly<Record<string, string>> {
  const isFaulty = fault !== undefined && component === carrierOf(fault, faulty);
  return {
    STAND_IN_COMPONENT: component,
    STAND_IN_VERSION: version,
    STAND_IN_READY_AFTER: String(readyAfterSeconds),
    STAND_IN_FAULT: isFaulty ? wordsOf(fault) : 'none',
    STAND_IN_NODES: nodes.join(' '),
  };
}

/** The component that carries a fault out: the network of new pods is what `cni` writes. */
function carrierOf(fault: StandInFault, component: CalicoComponent): CalicoComponent {
  return fault.kind === 'cni-fails' || fault.kind === 'isolates-new-pods' ? 'cni' : component;
}

function wordsOf(fault: StandInFault): string {
  switch (fault.kind) {
    case 'crashes':
      return `crashes ${fault.afterSeconds}`;
    case 'gap':
      return `gap ${fault.seconds}`;
    case 'never-ready':
    case 'drops-forwarding':
    case 'cni-fails':
    case 'isolates-new-pods':
      return fault.kind;
  }
}
