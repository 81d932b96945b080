import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KUBERNETES_RELEASES, type KubernetesRelease } from '../types.js';

/** Programs that a Kubernetes release brings. */
export const KUBERNETES_PROGRAMS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'agnhost',
  'kubectl',
] as const;
/** Programs of which one version is pinned. */
export const OTHER_PROGRAMS = ['etcd', 'kwok', 'coredns', 'helm'] as const;
export type KubernetesProgram = (typeof KUBERNETES_PROGRAMS)[number];
export type OtherProgram = (typeof OTHER_PROGRAMS)[number];
export type ProgramName = KubernetesProgram | OtherProgram;

/** How a program is built. */
export interface ProgramSource {
  readonly name: ProgramName;
  /** Folder below `go/` whose go.mod pins it; also its folder in the cache. */
  readonly module: string;
  readonly package: string;
  readonly linkerFlags: string;
  /** Roughly how long the build takes on two cores, with nothing compiled before. */
  readonly minutes: number;
}

const GO_MODULES = join(import.meta.dirname, '..', 'go');

/** What the first program of Kubernetes takes; the later ones find most packages compiled. */
const MINUTES: Readonly<Record<ProgramName, number>> = {
  'kube-apiserver': 7,
  'kube-controller-manager': 4,
  'kube-scheduler': 1,
  kubelet: 2,
  'kube-proxy': 1,
  agnhost: 2,
  kubectl: 1,
  etcd: 2,
  kwok: 2,
  coredns: 4,
  helm: 2,
};

const OTHER_PACKAGES: Readonly<Record<OtherProgram, string>> = {
  etcd: 'go.etcd.io/etcd/server/v3',
  kwok: 'sigs.k8s.io/kwok/cmd/kwok',
  coredns: 'github.com/coredns/coredns',
  helm: 'helm.sh/helm/v3/cmd/helm',
};

export function sourceOf(name: ProgramName, kubernetes: KubernetesRelease): ProgramSource {
  const minutes = MINUTES[name];
  if (isOther(name)) {
    return { name, module: name, package: OTHER_PACKAGES[name], linkerFlags: '-s -w', minutes };
  }
  const [, minor = ''] = kubernetes.split('.');
  const version = 'k8s.io/component-base/version';
  return {
    name,
    module: `kubernetes-${kubernetes}`,
    package: name === 'agnhost' ? 'k8s.io/kubernetes/test/images/agnhost' : `k8s.io/kubernetes/cmd/${name}`,
    linkerFlags: `-s -w -X ${version}.gitVersion=${kubernetes} -X ${version}.gitMajor=1 -X ${version}.gitMinor=${minor}`,
    minutes,
  };
}

function isOther(name: ProgramName): name is OtherProgram {
  return (OTHER_PROGRAMS as readonly string[]).includes(name);
}

export function isKubernetesRelease(text: string): text is KubernetesRelease {
  return (KUBERNETES_RELEASES as readonly string[]).includes(text);
}

export function moduleDirectory({ module }: ProgramSource): string {
  return join(GO_MODULES, module);
}

/** Changes with everything that the program is built from. */
export function digestOf(source: ProgramSource): string {
  const hash = createHash('sha256').update(`${source.package}\n${source.linkerFlags}\n`);
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(moduleDirectory(source), file)));
  return hash.digest('hex');
}
