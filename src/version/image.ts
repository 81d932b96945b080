import { createValueReader, TEMPLATE_PATTERN } from '../text/templates.js';
import type { Component } from './version.js';

/** An image reference of Calico, the Tigera operator or Kubernetes, found in running text. */
export interface ImageMention {
  readonly component: Component;
  /** Upstream's short name: `node`, `cni`, `operator`, `kube-proxy`, `kindest/node`. */
  readonly name: string;
  /** The reference without digest, as written. */
  readonly text: string;
  readonly offset: number;
  /** The tag as written: a version, a template expression, or a floating tag such as `latest`. */
  readonly tag: string;
  readonly tagOffset: number;
}

const CALICO_NAMES = [
  'node',
  'cni',
  'kube-controllers',
  'typha',
  'apiserver',
  'ctl',
  'csi',
  'node-driver-registrar',
  'pod2daemon-flexvol',
  'pod2daemon',
  'dikastes',
  'flannel-migration-controller',
  'node-windows',
  'cni-windows',
  'windows',
  'windows-upgrade',
  'install',
  'goldmane',
  'whisker',
  'whisker-backend',
  'guardian',
  'webhooks',
  'felix',
  'key-cert-provisioner',
  'envoy-gateway',
  'envoy-proxy',
  'envoy-ratelimit',
  'istio-pilot',
  'istio-install-cni',
  'istio-ztunnel',
  'istio-proxyv2',
];

const KUBERNETES_NAMES = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'hyperkube',
];

/** Whole repositories whose tag is the version of Kubernetes they bring. */
const KUBERNETES_REPOSITORIES = [
  'kindest/node',
  'rancher/k3s',
  'rancher/k3s-upgrade',
  'rancher/rke2-upgrade',
  'rancher/rke2-runtime',
  'rancher/hardened-kubernetes',
  'rancher/system-agent-installer-k3s',
  'rancher/system-agent-installer-rke2',
  'k3s-io/k3s',
  'k0sproject/k0s',
  'labring/kubernetes',
  'labring/kubernetes-docker',
  'labring/k3s',
];

const alternatives = (names: readonly string[]): string =>
  [...names].sort((a, b) => b.length - a.length).join('|');
const ARCHITECTURE = '(?:-(?:amd64|arm64|arm|armv7|ppc64le|s390x|fips))?';
/** A tag: word characters and template expressions in any order. What it means is decided by whoever reads it. */
const readTag = createValueReader(String.raw`[\w.+-]`);

/** Up to the tag. */
const IMAGE = new RegExp(
  String.raw`(?<![\w.-])(?:` +
    String.raw`(?:mirrored-)?(?:calico|projectcalico-org|projectcalico)\/(?<calico>${alternatives(CALICO_NAMES)})${ARCHITECTURE}` +
    String.raw`|(?:mirrored-|hardened-)?calico[-_](?<flat>${alternatives(CALICO_NAMES)})${ARCHITECTURE}` +
    String.raw`|(?<bundle>hardened-calico|labring\/calico)` +
    String.raw`|(?<operator>tigera\/operator|mirrored-calico-operator|tigera[-_]operator)` +
    String.raw`|(?<kubernetes>${alternatives(KUBERNETES_NAMES)})${ARCHITECTURE}` +
    String.raw`|(?<repository>${alternatives(KUBERNETES_REPOSITORIES)}|(?<=/)kubelet)` +
    String.raw`):`,
  'g',
);
/** One part of the registry and path in front of the name: `quay.io:5000/`, `mirror/`, `{{ .Values.registry }}/`. */
const PREFIX_PART = new RegExp(String.raw`(?<![\w.-])(?:[\w.-]|${TEMPLATE_PATTERN})+(?::\d{2,5})?\/`, 'g');
const LONGEST_PREFIX = 300;

/** Finds the image references of Calico, the operator and Kubernetes in text whose comments are blanked out. */
export function findImages(text: string): ImageMention[] {
  return [...text.matchAll(IMAGE)].flatMap((match) => {
    const tagOffset = match.index + match[0].length;
    const tag = readTag(text, tagOffset);
    const end = tagOffset + tag.length;
    if (tag === '' || text[end] === '/') return [];
    const prefix = prefixBefore(text, match.index);
    const offset = match.index - prefix.length;
    // In back quotes it is prose: an example in a description
    if (text[offset - 1] === '`' && text[end] === '`') return [];
    return { ...classify(match.groups ?? {}), text: text.slice(offset, end), offset, tag, tagOffset };
  });
}

function prefixBefore(text: string, end: number): string {
  const before = text.slice(Math.max(0, end - LONGEST_PREFIX), end);
  let start = before.length;
  let reached = -1;
  for (const part of before.matchAll(PREFIX_PART)) {
    if (part.index !== reached) start = part.index;
    reached = part.index + part[0].length;
  }
  return reached === before.length ? before.slice(start) : '';
}

/** What an image repository (no tag) holds, or null: for files that keep repository and tag apart. */
export function classifyRepository(repository: string): Pick<ImageMention, 'component' | 'name'> | null {
  const image = findImages(`${repository}:v0`)[0];
  return image?.offset === 0 && image.tag === 'v0' ? { component: image.component, name: image.name } : null;
}

function classify(groups: Record<string, string | undefined>): Pick<ImageMention, 'component' | 'name'> {
  const calico = groups['calico'] ?? groups['flat'] ?? (groups['bundle'] ? 'calico' : undefined);
  if (calico === 'ctl') return { component: 'calicoctl', name: 'ctl' };
  if (calico) return { component: 'calico', name: calico };
  if (groups['operator']) return { component: 'tigera-operator', name: 'operator' };
  return { component: 'kubernetes', name: groups['kubernetes'] ?? groups['repository'] ?? '' };
}
