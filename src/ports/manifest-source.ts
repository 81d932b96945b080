import type { Version } from '../version/version.js';

/** Why there is no text. */
export type ManifestAbsence =
  /** The source has no such file, or the release has none of that name. */
  | 'not-there'
  /** The catalog has no digest to hold the file to, and the source is not one to be trusted without. */
  | 'no-digest';

/** A file of upstream's, or why there is none. */
export type ManifestRead =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Whether its sha256 is that of the catalog; the catalog has none of releases before v3.24.0. */
      readonly isVerified: boolean;
      /** Where it was read: a path, a URL. */
      readonly from: string;
    }
  | {
      readonly kind: 'none';
      readonly reason: ManifestAbsence;
      /** What is missing where, in a sentence. */
      readonly message: string;
      /** What to do about it, in a sentence. */
      readonly remedy: string;
    };

/** Where upstream's install files come from. */
export interface ManifestSource {
  /** For messages: `upstream (https://…)`, `the directory /srv/calico`. */
  readonly description: string;
  /**
   * Reads a file of upstream's `manifests/` at a release: `calico.yaml`, `flannel-migration/calico.yaml`.
   *
   * @throws EnvironmentError where the source cannot be read, or gives another file than upstream's
   */
  readonly read: (release: Version, file: string) => Promise<ManifestRead>;
}
