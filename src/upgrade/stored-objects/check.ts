import type { Place } from './place.js';

export const REQUIRED = 'It is required.';

/** Takes note of what is wrong, or what cannot be told. */
export interface Notes {
  readonly invalid: (place: Place | null, value: unknown, message: string) => void;
  /** A required field is not there. */
  readonly missing: (place: Place) => void;
  /** As `invalid`, and no API server lets it pass because it was there before. */
  readonly always: (place: Place | null, value: unknown, message: string) => void;
  readonly unchecked: (place: Place | null, value: unknown, message: string) => void;
}

/** Holds a value, and all below it, to what a schema says. */
export type Check = (value: unknown, place: Place | null, notes: Notes) => void;
