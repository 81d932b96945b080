/** Where a fact was read, and when the source said so (ISO date). Every row of the catalog carries one. */
export interface Sourced {
  /** `repository@ref:path` (`projectcalico/calico@v3.26.1:manifests/calico.yaml`), or a URL. */
  readonly source: string;
  /** Day of the tag, commit, issue or advisory that `source` names. */
  readonly date: string;
}

/** How Calico is installed, as far as it decides what a release needs: Helm installs the operator. */
export type InstallMethod = 'manifest' | 'operator';

/** Which way of installing a fact is about: one of them, or `any` for both. */
export type InstallScope = InstallMethod | 'any';

/** A tagged Calico release. Its `date` is that of the tag. */
export interface CalicoRelease extends Sourced {
  /** `v3.26.1` */
  readonly version: string;
  /** Operator that installs exactly this release and belongs to it; null where no operator installs it. */
  readonly operator: string | null;
  /** Operator that the tag itself names, which is the wrong one for some releases. */
  readonly pinnedOperator: string | null;
  /** Whether upstream's docs list the release: a tag alone is none. */
  readonly announced: boolean;
}

/** A tagged Tigera operator and the one Calico release that it installs. Its `date` is that of the tag. */
export interface OperatorRelease extends Sourced {
  readonly version: string;
  readonly calico: string;
}

/** The Kubernetes minors that upstream states it tests a Calico minor with, since `date`. */
export interface TestedKubernetes extends Sourced {
  /** `v3.26` */
  readonly calico: string;
  /** `['v1.24', …]`, ascending */
  readonly kubernetes: readonly string[];
  /** Oldest Kubernetes minor that the statement does not rule out (`v1.21`); null where it rules out none. */
  readonly worksFrom: string | null;
  /** What the statement said earlier, oldest first. */
  readonly history: readonly { readonly date: string; readonly kubernetes: readonly string[] }[];
}

/** An API that a Kubernetes minor no longer serves, and the Calico releases that need it. */
export interface RemovedApi extends Sourced {
  readonly apiVersion: string;
  readonly kind: string;
  /** First Kubernetes minor without it: `v1.25`. */
  readonly removedIn: string;
  /** `policy/v1`, or null where nothing takes its place. */
  readonly replacement: string | null;
  /** Which way of installing is hit. */
  readonly install: InstallScope;
  /** First and last Calico release that needs it. */
  readonly firstRelease: string;
  readonly lastRelease: string;
  /** Upstream files that hold objects of it; empty where it is used only at run time. */
  readonly files: readonly string[];
  /** What goes wrong: a clause that reads well after a colon. */
  readonly effect: string;
  /** Where Kubernetes says that it removed the API; `source` says that Calico uses it. */
  readonly removalSource: string;
}

/** An API that Calico releases need and Kubernetes serves only from some minor on. */
export interface RequiredApi extends Sourced {
  readonly apiVersion: string;
  readonly kind: string;
  /** First Kubernetes minor that serves it: `v1.21`. */
  readonly servedSince: string;
  /** Which way of installing needs it. */
  readonly install: InstallScope;
  readonly firstRelease: string;
  /** Last release that needs it; null while it lasts. */
  readonly lastRelease: string | null;
  /** Where Kubernetes says since when it serves the API; `source` says that Calico needs it. */
  readonly servedSource: string;
}

/** Releases that upstream says do not work on Kubernetes minors that their Calico minor otherwise allows. */
export interface KubernetesFloor extends Sourced {
  readonly firstRelease: string;
  readonly lastRelease: string;
  /** Oldest Kubernetes minor that upstream does not rule out: `v1.25`. */
  readonly worksFrom: string;
}

/** A release that does not do what it seems to, and when that matters. */
export interface Trap extends Sourced {
  /** Stable name: `v3.24.6-installs-v3.24.5`. */
  readonly id: string;
  readonly releases: readonly string[];
  /** What has to be in use for the trap to bite. */
  readonly condition: InstallScope | 'ebpf' | 'application-layer-policy';
  /** What happens, in a sentence. */
  readonly problem: string;
  /** What to do instead, in a sentence. */
  readonly remedy: string;
  /** Read off the tags by the refresh, or written down by hand. */
  readonly origin: 'derived' | 'curated';
  /** A page that tells more, such as the issue; null where there is none. */
  readonly seeAlso: string | null;
}

/** A published vulnerability of Calico itself that a newer patch of the same minor may fix. */
export interface SecurityNote extends Sourced {
  /** `CVE-2024-33522` */
  readonly id: string;
  /** What an attacker can do, in a sentence. */
  readonly problem: string;
  /** First fixed release of each minor that has one: releases of older minors are never fixed. */
  readonly fixedIn: readonly string[];
}

/** What changes for those who upgrade across a release, or go back across it. */
export interface Caveat extends Sourced {
  readonly id: string;
  /**
   * The release that brings the change: it matters to whoever goes from below it to it or above, or back. Null where
   * it matters whatever is crossed.
   */
  readonly release: string | null;
  /** Releases that brought the same change to other minors; empty for most. */
  readonly alsoIn: readonly string[];
  /** Last release that has the change; null while it lasts. */
  readonly until: string | null;
  readonly condition:
    | InstallScope
    | 'helm'
    | 'ebpf'
    | 'application-layer-policy'
    | 'gateway'
    | 'admin-network-policy'
    | 'etcd'
    | 'image-set';
  readonly direction: 'upgrade' | 'rollback';
  /** Release that has to run on every node before the change is crossed; null where there is none. */
  readonly stopAt: string | null;
  readonly text: string;
  /** Stated by upstream's docs, read in its code, or our conclusion. */
  readonly evidence: 'documented' | 'code' | 'inferred';
}

/** An object of Calico's install that exists only in some releases: tells which release a file was made from. */
export interface InstallObject extends Sourced {
  readonly kind: string;
  readonly name: string;
  /** First release of the catalog that has it; the oldest of all may have had it earlier. */
  readonly since: string;
  /** Last release that has it; null while it lasts. */
  readonly until: string | null;
  /** Upstream files that hold it, in one release or another. */
  readonly files: readonly string[];
  /** First release whose object is too large as JSON (over 262,144 bytes) for client-side apply; null where none is. */
  readonly tooLargeSince: string | null;
}

/** A file of upstream's `manifests/` at a tag. */
export interface ManifestFile extends Sourced {
  readonly release: string;
  /** Relative to `manifests/`: `calico.yaml`. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A value of the chart tigera-operator. */
export interface ChartValue extends Sourced {
  /** `installation`, `kubeletVolumePluginPath`; what is below it is read too. */
  readonly path: string;
  /** First release whose templates read it. */
  readonly since: string;
  /** Last release whose templates do; null while it lasts. */
  readonly until: string | null;
  /** The value that took its place; null where none did. */
  readonly movedTo: string | null;
}

/** What the chart tigera-operator says of a value where the user says nothing; what it says null of is left out. */
export interface ChartDefault extends Sourced {
  /** `installation.kubeletVolumePluginPath`, `nodeSelector[kubernetes.io/os]`. */
  readonly path: string;
  /** A scalar, a list, or an empty map. */
  readonly value: unknown;
  /** First release, by number, of a run that says so. */
  readonly since: string;
  /** Last release of that run; null while it lasts. */
  readonly until: string | null;
}

/** What the catalog as a whole was made from. */
export interface CatalogMeta {
  /** Day of the newest upstream commit that the tables were made from: what is newer is not in them. */
  readonly generated: string;
  readonly from: readonly {
    readonly repository: string;
    readonly ref: string;
    readonly commit: string;
    readonly date: string;
  }[];
  /** How many of the newest minors upstream supports. */
  readonly supportPolicy: Sourced & { readonly newestMinors: number };
  /** Processors that upstream makes images for, as nodes name them. */
  readonly architectures: Sourced & { readonly names: readonly string[] };
}

/** What is known to be in use: decides which traps bite. What is left out is not known. */
export interface Uses {
  /** Unknown (null or left out): traps of either method count. */
  readonly install?: InstallMethod | null;
  /** Unknown: counts as not in use. */
  readonly applicationLayerPolicy?: boolean;
  /** Unknown: counts as not in use. */
  readonly ebpf?: boolean;
}

/** Whether a Calico version works with a Kubernetes minor, and how we know. */
export interface Support {
  /**
   * `tested`: upstream lists the pair. `untested`: it does not, and nothing is known to break. `broken`: upstream
   * or an API that is missing rules it out. `unknown`: the Calico version is not in the catalog.
   */
  readonly support: 'tested' | 'untested' | 'broken' | 'unknown';
  /** One readable sentence. */
  readonly reason: string;
  /** A URL. */
  readonly source: string;
  /** The API that breaks the pair; null where it is not an API that does. */
  readonly api: RemovedApi | RequiredApi | null;
}
