const MASK = '***';
/** Shorter texts are masked nowhere: they are in too many words that are no secrets. */
const SHORTEST_SECRET = 4;

/** The secrets of a run, and texts without them. */
export interface Secrets {
  /** Learns a secret; of one with several lines, each line too. */
  readonly add: (secret: string) => void;
  /** The text with `***` in the place of every secret. */
  readonly hide: (text: string) => string;
}

/** Begins with no secrets at all. */
export function createSecrets(): Secrets {
  let known: readonly string[] = [];
  return {
    add(secret) {
      const parts = [secret, ...secret.split(/\r?\n/)].map((part) => part.trim());
      const usable = parts.filter((part) => part.length >= SHORTEST_SECRET);
      // The longest first: a secret that holds another one must not be left half visible.
      known = [...new Set([...known, ...usable])].sort((a, b) => b.length - a.length);
    },
    hide: (text) => known.reduce((hidden, secret) => hidden.replaceAll(secret, MASK), text),
  };
}
