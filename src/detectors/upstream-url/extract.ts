import { Collector } from '../collector.js';
import { describesOnly } from '../described.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { TEMPLATE_PATTERN } from '../../text/templates.js';
import type { Component } from '../../version/version.js';

/** A git reference or a version as one part of a URL's path. */
const REF = String.raw`(?<ref>(?:[\w.+~-]|%2[Bb]|${TEMPLATE_PATTERN})+)`;
/** What follows it, up to the end of the URL. */
const PATH = String.raw`(?<path>(?:[\w.+~/=&*-]|%[0-9A-Fa-f]{2}|${TEMPLATE_PATTERN}|\{[\w,.-]*\})*)`;

interface Source {
  readonly pattern: RegExp;
  /** The component whose version the URL carries, or null where the file that it names deploys none. */
  readonly component: (file: string, path: string) => Component | null;
}

const calicoFile = (file: string): Component => (file.startsWith('calicoctl') ? 'calicoctl' : 'calico');
const DEPLOYED_KUBERNETES = /kubeadm|kubelet|kube-|kubernetes-(?:server|node)|hyperkube|\{|^(?:amd64|arm64)$/;

const SOURCES: readonly Source[] = [
  {
    pattern: source(
      String.raw`(?:raw\.githubusercontent\.com|raw\.github\.com|rawgit\.com|cdn\.jsdelivr\.net/gh)/projectcalico/calico[/@](?:refs/(?:tags|heads)/)?${REF}/${PATH}`,
    ),
    component: calicoFile,
  },
  // A proxy of the above, under a name of its own
  {
    pattern: source(String.raw`/projectcalico/calico/(?:refs/(?:tags|heads)/)?${REF}/(?=manifests/)${PATH}`),
    component: calicoFile,
  },
  {
    pattern: source(
      String.raw`github\.com/projectcalico/calico/(?:raw|blob)/(?:refs/(?:tags|heads)/)?${REF}/${PATH}`,
    ),
    component: (file, path) => (/manifests|charts/.test(path) ? calicoFile(file) : null),
  },
  {
    pattern: source(
      String.raw`github\.com/projectcalico/calico/(?:releases/download|archive/refs/tags|archive)/${REF}(?:/${PATH})?`,
    ),
    component: calicoFile,
  },
  {
    pattern: source(String.raw`github\.com/projectcalico/calico/releases/(?<ref>latest)/download/${PATH}`),
    component: calicoFile,
  },
  {
    pattern: source(
      String.raw`github\.com/projectcalico/calico(?:\.git)?(?://?(?<path>[\w./-]{0,200}))?\?(?:[\w=&]{0,100}&)?ref=${REF}`,
    ),
    component: () => 'calico',
  },
  {
    pattern: source(String.raw`github\.com/projectcalico/calicoctl/releases/download/${REF}/${PATH}`),
    component: () => 'calicoctl',
  },
  {
    pattern: source(String.raw`github\.com/projectcalico/cni-plugin/releases/download/${REF}/${PATH}`),
    component: () => 'calico',
  },
  {
    pattern: source(
      String.raw`(?:(?:docs\.projectcalico\.org|projectcalico\.docs\.tigera\.io|docs\.tigera\.io/calico)/(?:archive/)?|docs\.tigera\.io/archive/)(?:calico/)?${REF}/${PATH}`,
    ),
    component: (file) => (/\.(?:ya?ml|tgz)$/.test(file) ? calicoFile(file) : null),
  },
  {
    pattern: source(
      String.raw`(?:raw\.githubusercontent\.com|github\.com)/tigera/operator/(?:raw/|blob/|releases/download/)?(?:refs/(?:tags|heads)/)?${REF}/${PATH}`,
    ),
    component: () => 'tigera-operator',
  },
  {
    pattern: source(String.raw`(?:dl\.k8s\.io|/kubernetes-release)/(?:release/)?${REF}/${PATH}`),
    component: (file) => (DEPLOYED_KUBERNETES.test(file) ? 'kubernetes' : null),
  },
  {
    pattern: source(String.raw`/(?:core:?/stable:?)/${REF}/(?<path>deb|rpm)`),
    component: () => 'kubernetes',
  },
  {
    pattern: source(
      String.raw`github\.com/(?:(?:k3s-io|rancher)/k3s|rancher/rke2|k0sproject/k0s)/releases/download/${REF}/${PATH}`,
    ),
    component: () => 'kubernetes',
  },
];

/** Where the docs serve the newest release's files: no version in the path at all. */
const UNPINNED =
  /(?:docs\.projectcalico\.org|projectcalico\.docs\.tigera\.io|docs\.tigera\.io\/calico)\/(?:manifests|getting-started)\/(?<path>[\w./-]{0,200}\.ya?ml)/g;

/** A package repository of a minor brings the client too: a variable may say that only the client is wanted. */
const NOT_DEPLOYED = /kubectl/i;

function source(pattern: string): RegExp {
  return new RegExp(pattern, 'dg');
}

/** A plus sign in a URL may be written as its code: `v1.29.0%2Bk3s1`. */
function beforePlus(ref: string): string {
  return /^[^%]*(?=%2b)/i.exec(ref)?.[0] ?? ref;
}

/** Upstream's manifests and release assets, by URL, in any text file. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  const code = file.code();
  // What a chart gives as its sources is not what it installs
  if (describesOnly(file.path)) return collector;
  for (const { pattern, component } of SOURCES) {
    for (const match of code.matchAll(pattern)) {
      const { ref = '', path = '' } = match.groups ?? {};
      const name = path.split('/').at(-1) ?? '';
      const of = component(name, path);
      if (!of || NOT_DEPLOYED.test(ref) || /^(?:manifests|getting-started|charts|latest\.txt)$/.test(ref))
        continue;
      const offset = match.indices?.groups?.['ref']?.[0] ?? match.index;
      collector.add({
        component: of,
        subject: { kind: 'manifest', file: name },
        text: beforePlus(ref),
        offset,
      });
    }
  }
  for (const match of code.matchAll(UNPINNED)) {
    const path = match.groups?.['path'] ?? '';
    const name = path.split('/').at(-1) ?? '';
    collector.addUnpinned(calicoFile(name), { kind: 'manifest', file: name }, match[0], match.index);
  }
  return collector;
}
