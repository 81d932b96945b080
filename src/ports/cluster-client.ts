/** An object as the API server gives it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly [field: string]: unknown;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

/** Kinds are named as manifests name them; the client finds out which path that is. */
export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** One object. `namespace` is null for a kind that has none. */
export interface ObjectReference extends ObjectKind {
  readonly namespace: string | null;
  readonly name: string;
}

/** A kind that the server serves. */
export interface ServedKind extends ObjectKind {
  readonly plural: string;
  readonly isNamespaced: boolean;
  readonly verbs: readonly string[];
}

export interface ServerVersion {
  /** As the server writes it: `v1.34.4`, `v1.33.5-gke.1162000`. */
  readonly gitVersion: string;
  readonly platform: string;
}

export interface ListOptions {
  /** null for all namespaces, or a kind that has none. */
  readonly namespace?: string | null;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects a page; 500 where nothing is said. */
  readonly pageSize?: number;
  /** Objects with `metadata` alone (PartialObjectMetadata): a tenth of the bytes where only names and counts matter. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

/** Part of a list. All pages of a list are of one resource version where the server could keep to it. */
export interface ListPage {
  readonly items: readonly KubernetesObject[];
  readonly resourceVersion: string;
  /**
   * Whether the list starts anew with this page because its snapshot expired (410): what came before is void. Only the
   * first page of the new start says so.
   */
  readonly isRestart: boolean;
  /** How many objects follow after this page (`remainingItemCount`), 0 on the last; null where the server does not say. */
  readonly remaining: number | null;
}

export interface WatchOptions {
  readonly namespace?: string | null;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly signal?: AbortSignal;
}

/**
 * What a watch says. `snapshot` comes first, and again whenever events were lost (410): it is all there is then, and
 * replaces what was known.
 */
export type WatchEvent =
  | { readonly type: 'snapshot'; readonly objects: readonly KubernetesObject[] }
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: KubernetesObject };

export interface WriteOptions {
  readonly fieldManager: string;
  /** The server checks and answers as if it wrote, and does not write. */
  readonly dryRun?: boolean;
  /** Once it is aborted nothing is tried any more; what is under way is waited for, so that its outcome is known. */
  readonly signal?: AbortSignal;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields from other managers instead of failing with a conflict (409). */
  readonly force?: boolean;
  /**
   * Managers of earlier client-side applies and updates whose fields become ours, so that list items they left are
   * removed. Empty where nothing is said.
   */
  readonly takeOverFrom?: readonly string[];
}

export type Patch =
  | { readonly type: 'merge' | 'strategic'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly type: 'json'; readonly body: readonly Readonly<Record<string, unknown>>[] };

export interface DeleteOptions {
  readonly dryRun?: boolean;
  /** Deletes only that very object: 409 where it is another by now. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
  /** As for other writes. */
  readonly signal?: AbortSignal;
}

export interface ExecOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LogOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The container that ran before the last restart. */
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/** What a SelfSubjectAccessReview or a SubjectAccessReview asks. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  /** Plural, with the subresource behind a slash: `pods/exec`. */
  readonly resource: string;
  readonly namespace?: string | null;
  readonly name?: string;
}

export interface AccessAnswer {
  readonly isAllowed: boolean;
  readonly reason: string;
}

/**
 * A cluster through its API. Every call throws ClusterError (verb, resource, HTTP status, what to do) where the server
 * refuses or cannot be reached after retries, except for what is said to be a value. Reads are retried; a write whose
 * outcome is unknown is looked up before it is repeated.
 */
export interface ClusterClient {
  /** Where the server is, for messages; holds no secret. */
  readonly server: string;
  readonly version: () => Promise<ServerVersion>;
  /** All kinds served; those of a group that does not answer (an APIService that is down) are in `failedGroups`. */
  readonly discover: () => Promise<{
    readonly kinds: readonly ServedKind[];
    readonly failedGroups: readonly string[];
  }>;
  /** null where there is no such object, or the server does not know the kind. */
  readonly get: (reference: ObjectReference) => Promise<KubernetesObject | null>;
  /** The answer to a GET of a path that is no object's (`/readyz`, `/openapi/v3`); null where there is none (404). */
  readonly read: (path: string) => Promise<string | null>;
  /** Pages of a list. No page at all where the server does not know the kind. */
  readonly list: (kind: ObjectKind, options?: ListOptions) => AsyncIterable<ListPage>;
  /** Ends when `signal` is aborted; resumes by itself where the connection ends. */
  readonly watch: (kind: ObjectKind, options?: WatchOptions) => AsyncIterable<WatchEvent>;
  /** Server-side apply. */
  readonly apply: (object: KubernetesObject, options: ApplyOptions) => Promise<KubernetesObject>;
  readonly create: (object: KubernetesObject, options: WriteOptions) => Promise<KubernetesObject>;
  /** Writes the whole object; 409 where `metadata.resourceVersion` is given and no longer the last. */
  readonly replace: (object: KubernetesObject, options: WriteOptions) => Promise<KubernetesObject>;
  readonly patch: (
    reference: ObjectReference,
    patch: Patch,
    options: WriteOptions & { readonly subresource?: string },
  ) => Promise<KubernetesObject>;
  /** Whether there was something to delete. */
  readonly delete: (reference: ObjectReference, options?: DeleteOptions) => Promise<boolean>;
  readonly exec: (options: ExecOptions) => Promise<ExecResult>;
  readonly logs: (options: LogOptions) => Promise<string>;
  readonly canI: (access: Access) => Promise<AccessAnswer>;
  /** The same of another user, who is taken for one of `system:authenticated` and of no other group. */
  readonly canUser: (user: string, access: Access) => Promise<AccessAnswer>;
}
