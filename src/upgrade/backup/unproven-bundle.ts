import { ActionError } from '../../errors.js';

const FAULTS_SHOWN = 5;

/** A bundle that was written, and is no backup: what is in it is not what the cluster has, or would not go back. */
export class UnprovenBundleError extends ActionError {
  readonly code = 'backup';
  /** Each names an object or a file, and what is wrong with it. */
  readonly faults: readonly string[];

  constructor(place: string, faults: readonly string[], options?: ErrorOptions) {
    super(
      `The bundle in ${place} did not pass its proof, and is no backup: ${shown(faults)}.`,
      'Nothing was changed on the cluster. Put that right and run again; only where you have a backup of your own, set backup: false.',
      options,
    );
    this.faults = faults;
  }
}

function shown(faults: readonly string[]): string {
  const more = faults.length - FAULTS_SHOWN;
  const count = faults.length === 1 ? '' : `${faults.length} faults: `;
  return `${count}${faults.slice(0, FAULTS_SHOWN).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
