import type { SourceFile } from './source-file.js';
import type { Component, Version } from '../version/version.js';
import type { TemplateVariable } from '../text/templates.js';

/** Where a version was read from; stable names that reports carry. */
export type Format =
  | 'ansible'
  | 'argocd'
  | 'cluster-spec'
  | 'flux'
  | 'github-workflow'
  | 'helm'
  | 'image'
  | 'k3d'
  | 'kind'
  | 'kubeadm'
  | 'kubernetes-manifest'
  | 'kustomize'
  | 'script'
  | 'terraform'
  | 'upstream-url'
  | 'variables';

/** What in the file carries the version. */
export type Subject =
  | { readonly kind: 'image'; readonly name: string }
  /** An upstream file fetched by URL; `file` is its base name. */
  | { readonly kind: 'manifest'; readonly file: string }
  | { readonly kind: 'chart'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  /** A field of an object: `ClusterConfiguration.kubernetesVersion`, `ImageSet.metadata.name`. */
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'package'; readonly name: string };

/** A version found in a file. Offsets count from the start of the file's text. */
export interface Found {
  readonly component: Component;
  /** null where the reference floats (`latest`, a branch, no version at all). */
  readonly version: Version | null;
  /** How exactly the file says it: a patch, a minor only, the lowest of a range, or nothing that stays. */
  readonly exactness: 'patch' | 'minor' | 'range' | 'floating';
  /** The reference as written; `offset` points at its first character. */
  readonly text: string;
  readonly offset: number;
  /** Where the version itself starts: two detectors that report the same place agree on it. */
  readonly versionOffset: number;
  readonly subject: Subject;
}

/** Why a place that names a component was not read as a version. */
export type SkipReason =
  | 'archived'
  | 'binary'
  | 'broken-yaml'
  | 'image-cache'
  | 'invalid-utf8'
  | 'outside-workspace'
  | 'symlink-loop'
  | 'template'
  | 'too-large'
  | 'unreadable';

/** A place that names a component but whose version comes from somewhere else. */
export interface TemplateUse {
  readonly component: Component;
  readonly text: string;
  readonly offset: number;
  readonly variables: readonly TemplateVariable[];
  readonly subject: Subject;
}

/** A name that gets a value which looks like a version: what {@link TemplateUse}s are resolved with. */
export interface Definition {
  /** Full name: `calico_version`, `calico.node.tag`, `env.KUBERNETES_VERSION`, `jobs.e2e.strategy.matrix.image`. */
  readonly name: string;
  readonly text: string;
  readonly offset: number;
}

/** A path that the file names: whatever clusters the file belongs to, the target belongs to them too. */
export interface Reference {
  readonly target: string;
  readonly offset: number;
}

/** Something about the file that bears on which cluster it belongs to or on what its versions mean. */
export type Fact =
  /** The file names the cluster that it describes. */
  | { readonly kind: 'cluster-name'; readonly name: string; readonly offset: number }
  /** The file installs another CNI. */
  | { readonly kind: 'other-cni'; readonly name: string; readonly offset: number }
  /** An object of Calico's install; `offset` is that of its `apiVersion`. */
  | {
      readonly kind: 'object';
      readonly apiVersion: string;
      readonly objectKind: string;
      readonly name: string;
      readonly offset: number;
    }
  /** `kubectl apply` or a tool like it, and how it applies. */
  | {
      readonly kind: 'apply';
      readonly target: string;
      readonly mode: 'client-side' | 'server-side' | 'create' | 'replace';
      readonly offset: number;
    }
  /** A part of the file that can be a cluster of its own, such as a job of a workflow. */
  | { readonly kind: 'section'; readonly name: string; readonly offset: number; readonly end: number }
  /** Something in use that decides what a release means here. */
  | {
      readonly kind: 'feature';
      readonly name: 'ebpf' | 'application-layer-policy' | 'calico-enterprise';
      readonly offset: number;
    };

/** A stretch of the file that deploys nothing, whatever it names. With a reason it is reported as a skip. */
export interface IgnoredRange {
  readonly start: number;
  readonly end: number;
  readonly reason: SkipReason | null;
}

/** All that one detector reads from one file. */
export interface Extraction {
  readonly found?: readonly Found[];
  readonly templates?: readonly TemplateUse[];
  readonly definitions?: readonly Definition[];
  readonly references?: readonly Reference[];
  readonly facts?: readonly Fact[];
  readonly ignored?: readonly IgnoredRange[];
}

/** Reads one file format. Pure: the same text gives the same extraction, and nothing is thrown. */
export interface Detector {
  readonly format: Format;
  /** Text that every file holds in which this detector can find something, as a case-insensitive expression's source. */
  readonly hint: string;
  /** Whether files with this path are in the detector's format; all when left out. */
  readonly matches?: (path: string) => boolean;
  readonly extract: (file: SourceFile) => Extraction;
}
