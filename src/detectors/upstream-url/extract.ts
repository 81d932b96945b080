import { Collector } from '../collector.js';
import { describesOnly } from '../described.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { createValueReader } from '../../text/templates.js';
import type { Component } from '../../version/version.js';

/** A git reference or a version as one part of a URL's path. */
const readRef = createValueReader(String.raw`(?:[\w.+~-]|%2[Bb])`);
/** What follows it, up to the end of the URL. */
const readPath = createValueReader(String.raw`(?:[\w.+~/=&*-]|%[0-9A-Fa-f]{2}|\{[\w,.-]*\})`);

interface Source {
  /** The URL up to the reference; a group `ref` or `path` where it is told otherwise. */
  readonly start: RegExp;
  /** What has to follow the reference. Default: `/` and a path. */
  readonly end?: RegExp;
  /** The component whose version the URL carries, or null where the file that it names deploys none. */
  readonly component: (file: string, path: string) => Component | null;
}

const calicoFile = (file: string): Component => (file.startsWith('calicoctl') ? 'calicoctl' : 'calico');
const DEPLOYED_KUBERNETES = /kubeadm|kubelet|kube-|kubernetes-(?:server|node)|hyperkube|\{|^(?:amd64|arm64)$/;

const REVISION = String.raw`(?:refs/(?:tags|heads)/)?`;
const SLASH = /\//y;
const SLASH_OR_NOT = /\/?/y;

const SOURCES: readonly Source[] = [
  {
    start: start(
      String.raw`(?:raw\.githubusercontent\.com|raw\.github\.com|rawgit\.com|cdn\.jsdelivr\.net/gh)/projectcalico/calico[/@]${REVISION}`,
    ),
    component: calicoFile,
  },
  // A proxy of the above, under a name of its own
  {
    start: start(String.raw`/projectcalico/calico/${REVISION}`),
    end: /\/(?=manifests\/)/y,
    component: calicoFile,
  },
  {
    start: start(String.raw`github\.com/projectcalico/calico/(?:raw|blob)/${REVISION}`),
    component: (file, path) => (/manifests|charts/.test(path) ? calicoFile(file) : null),
  },
  {
    start: start(
      String.raw`github\.com/projectcalico/calico/(?:releases/download|archive/refs/tags|archive)/`,
    ),
    end: SLASH_OR_NOT,
    component: calicoFile,
  },
  {
    start: start(String.raw`github\.com/projectcalico/calico/releases/(?=latest/download/)`),
    end: /\/download\//y,
    component: calicoFile,
  },
  {
    start: start(
      String.raw`github\.com/projectcalico/calico(?:\.git)?(?://?(?<path>[\w./-]{0,200}))?\?(?:[\w=&]{0,100}&)?ref=`,
    ),
    end: SLASH_OR_NOT,
    component: () => 'calico',
  },
  {
    start: start(String.raw`github\.com/projectcalico/calicoctl/releases/download/`),
    component: () => 'calicoctl',
  },
  {
    start: start(String.raw`github\.com/projectcalico/cni-plugin/releases/download/`),
    component: () => 'calico',
  },
  {
    start: start(
      String.raw`(?:(?:docs\.projectcalico\.org|projectcalico\.docs\.tigera\.io|docs\.tigera\.io/calico)/(?:archive/)?|docs\.tigera\.io/archive/)(?:calico/)?`,
    ),
    component: (file) => (/\.(?:ya?ml|tgz)$/.test(file) ? calicoFile(file) : null),
  },
  {
    start: start(
      String.raw`(?:raw\.githubusercontent\.com|github\.com)/tigera/operator/(?:raw/|blob/|releases/download/)?${REVISION}`,
    ),
    component: () => 'tigera-operator',
  },
  {
    start: start(String.raw`(?:dl\.k8s\.io|/kubernetes-release)/(?:release/)?`),
    component: (file) => (DEPLOYED_KUBERNETES.test(file) ? 'kubernetes' : null),
  },
  {
    start: start(String.raw`/(?:core:?/stable:?)/`),
    end: /\/(?=deb|rpm)/y,
    component: () => 'kubernetes',
  },
  {
    start: start(
      String.raw`github\.com/(?:(?:k3s-io|rancher)/k3s|rancher/rke2|k0sproject/k0s)/releases/download/`,
    ),
    component: () => 'kubernetes',
  },
];

/** Where the docs serve the newest release's files: no version in the path at all. */
const UNPINNED =
  /(?:docs\.projectcalico\.org|projectcalico\.docs\.tigera\.io|docs\.tigera\.io\/calico)\/(?:manifests|getting-started)\/(?<path>[\w./-]{0,200}\.ya?ml)/g;

/** A package repository of a minor brings the client too: a variable may say that only the client is wanted. */
const NOT_DEPLOYED = /kubectl/i;

function start(pattern: string): RegExp {
  return new RegExp(pattern, 'g');
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
  for (const { component, ...source } of SOURCES) {
    for (const { ref, path, offset } of findUrls(code, source)) {
      const name = path.split('/').at(-1) ?? '';
      const of = component(name, path);
      if (!of || NOT_DEPLOYED.test(ref) || /^(?:manifests|getting-started|charts|latest\.txt)$/.test(ref))
        continue;
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

/** The URLs of a source, with their reference and what follows it. */
function* findUrls(
  code: string,
  { start, end = SLASH }: Omit<Source, 'component'>,
): Generator<{ readonly ref: string; readonly path: string; readonly offset: number }> {
  start.lastIndex = 0;
  for (let match = start.exec(code); match; match = start.exec(code)) {
    const offset = start.lastIndex;
    const ref = readRef(code, offset);
    end.lastIndex = offset + ref.length;
    if (ref === '' || !end.test(code)) continue;
    const path = readPath(code, end.lastIndex);
    start.lastIndex = end.lastIndex + path.length;
    yield { ref, path: match.groups?.['path'] ?? path, offset };
  }
}
