/**
 * What goes wrong with pods on light nodes. All of them end when the faults are taken away, as they would on a real
 * node once the cause is gone. Times are in milliseconds.
 */
export type PodFault =
  /** ErrImagePull and ImagePullBackOff in turns. `message`: what the registry says. */
  | { readonly kind: 'image-pull'; readonly message?: string; readonly backOffMs?: number }
  /** Containers end `afterMs` after their start; the pause before the next start doubles from `backOffMs` to 5 min. */
  | {
      readonly kind: 'crash-loop' | 'init-crash-loop';
      /** Default: every container that the image concerns. */
      readonly container?: string;
      readonly afterMs?: number;
      readonly exitCode?: number;
      readonly backOffMs?: number;
    }
  /** Runs, but its readiness probe fails from now on. `message`: what the probe says. */
  | { readonly kind: 'never-ready'; readonly message?: string }
  /** Takes longer (or shorter): each container to start, the pod to become ready, the containers to end. */
  | { readonly kind: 'slow'; readonly startMs?: number; readonly readyMs?: number; readonly stopMs?: number }
  /** Deleted pods stay. */
  | { readonly kind: 'stuck-terminating' };

/** The pods that a fault concerns: those that all of the given conditions hold for. None given: every pod. */
export interface FaultScope {
  readonly nodes?: readonly string[];
  readonly namespaces?: readonly string[];
  /** Repository of one of the pod's images, or the end of it: `calico/node`, `docker.io/calico/node`. */
  readonly image?: string;
  /** Tag of one of the pod's images (of that repository, where `image` is given too): `v3.30.1`. */
  readonly version?: string;
}

/** One row of the table of faults; the first row that concerns a pod is the one that counts. */
export interface FaultRule {
  readonly on: FaultScope;
  readonly fault: PodFault;
}

/** A regular expression (RE2) of the image references that the scope means. */
export function imagePattern({ image, version }: FaultScope): string {
  const repository = image === undefined ? '' : `(^|/)${escape(image)}`;
  if (version !== undefined) return `${repository}:${escape(version)}(@|$)`;
  return repository === '' ? '.*' : `${repository}(:[^/:@]+)?(@|$)`;
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
