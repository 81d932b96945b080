import type { ClusterClient, KubernetesObject, WatchEvent } from '../../ports/cluster-client.js';
import { isCalicoDefinition } from '../../cluster/read/install.js';
import { ClusterError } from '../../errors.js';
import type { Waiting } from '../gates/wait-for.js';

const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;
/** Between two tries, where the server does not answer. */
const RETRY_MS = 5_000;

/** Eyes on Calico's definitions. */
export interface DefinitionGuard {
  /** Aborted as soon as one is being deleted: with it go all objects of its kind. */
  readonly lost: AbortSignal;
  /** Which, and what to do; null as long as none is. */
  readonly fault: () => string | null;
  readonly stop: () => Promise<void>;
}

/** What is known of a definition. */
type Known = Map<string, string>;

/**
 * Watches Calico's and the operator's definitions until it is stopped. Somebody who deletes one (kubectl delete -f, a
 * pruning GitOps tool, helm uninstall) deletes what users wrote, and nothing else would show it before it is gone.
 */
export function guardDefinitions(client: ClusterClient, { sleep }: Pick<Waiting, 'sleep'>): DefinitionGuard {
  const over = new AbortController();
  const lost = new AbortController();
  const state: { fault: string | null } = { fault: null };
  const known: Known = new Map();
  const told = (fault: string): void => {
    state.fault = fault;
    lost.abort();
    over.abort();
  };

  const isOver = (): boolean => over.signal.aborted;

  async function follow(): Promise<void> {
    for await (const event of client.watch(DEFINITION, { signal: over.signal })) {
      const name = lostIn(event, known);
      if (name !== null) told(faultOf(name));
    }
  }

  async function guard(): Promise<void> {
    while (!isOver()) {
      try {
        await follow();
      } catch (error) {
        // The steps themselves say that the server is away; what went meanwhile shows when it is back
        if (!(error instanceof ClusterError)) throw error;
      }
      if (!isOver()) await sleep(RETRY_MS, over.signal);
    }
  }

  const done = guard();
  done.catch(() => undefined);
  return {
    lost: lost.signal,
    fault: () => state.fault,
    async stop() {
      over.abort();
      await done.catch(() => undefined);
    },
  };
}

/** The name of a definition that goes, or went; null where none does. Keeps what is known up to date. */
function lostIn(event: WatchEvent, known: Known): string | null {
  if (event.type === 'deleted') return isCalicoDefinition(event.object) ? event.object.metadata.name : null;
  const objects = (event.type === 'snapshot' ? event.objects : [event.object]).filter(isCalicoDefinition);
  const there = new Set(objects.map(({ metadata }) => metadata.name));
  const missing = event.type === 'snapshot' ? [...known.keys()].find((name) => !there.has(name)) : undefined;
  const going = objects.find((object) => isGoing(object) || isAnother(object, known));
  for (const { metadata } of objects) known.set(metadata.name, metadata.uid ?? '');
  return missing ?? going?.metadata.name ?? null;
}

function isGoing({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Deleted and made anew while nobody looked: its objects are gone. */
function isAnother({ metadata: { name, uid = '' } }: KubernetesObject, known: Known): boolean {
  return known.has(name) && known.get(name) !== uid;
}

function faultOf(name: string): string {
  return `The definition ${name} is being deleted by somebody else, and with it every object of its kind. Nothing more was written, and nothing goes back by itself: find out who deletes definitions (kubectl delete -f, helm uninstall, a GitOps tool that prunes) and stop it first. Then mode rollback with on-conflict: bundle brings the definition and what the backup has of its objects back.`;
}
