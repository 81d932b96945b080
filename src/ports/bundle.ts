/** What stands in a bundle's directory. Anything but a file or a directory (a link, a socket) is `other`. */
export interface BundleEntry {
  /** Relative to the bundle, with `/`. */
  readonly path: string;
  readonly type: 'file' | 'other';
  readonly bytes: number;
}

/** A bundle as it lies somewhere, not yet believed in any way. */
export interface BundleReader {
  /** For messages: the directory. */
  readonly place: string;
  /** All files at any depth, in the order of their paths. @throws EnvironmentError where it cannot be read */
  readonly entries: () => Promise<readonly BundleEntry[]>;
  /** @throws EnvironmentError where there is no such file, or it is longer than `maxBytes` */
  readonly read: (path: string, maxBytes: number) => Promise<Uint8Array>;
}

/** A bundle that is being written. Nothing is seen of it before `finish`, and nothing after `discard`. */
export interface BundleWriter {
  /** What was written so far, for who has to look at it before it appears. */
  readonly written: BundleReader;
  /** @throws EnvironmentError where the disk is full or refuses; the bundle can only be discarded then */
  readonly write: (path: string, content: string | Uint8Array) => Promise<void>;
  /** Takes away all that was written below a directory. */
  readonly removeBelow: (path: string) => Promise<void>;
  /** Makes it appear, whole and on disk. @throws EnvironmentError where something is in its place by now */
  readonly finish: () => Promise<void>;
  readonly discard: () => Promise<void>;
}
