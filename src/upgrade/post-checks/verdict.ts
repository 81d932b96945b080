/** What came of a check, sentences for people each. */
export interface Verdict {
  /** The upgrade broke something: it goes back. */
  readonly failures: readonly string[];
  /** Somebody should look, and nothing goes back for it. */
  readonly warnings: readonly string[];
}

/** A verdict, and what it is about. */
export interface NamedVerdict extends Verdict {
  readonly name: string;
}

export const NOTHING: Verdict = { failures: [], warnings: [] };

export function failure(text: string): Verdict {
  return { failures: [text], warnings: [] };
}

export function warning(text: string): Verdict {
  return { failures: [], warnings: [text] };
}

export function together(verdicts: readonly Verdict[]): Verdict {
  return {
    failures: verdicts.flatMap(({ failures }) => failures),
    warnings: verdicts.flatMap(({ warnings }) => warnings),
  };
}

/** So many of one sort are said; more are only counted. */
const MOST_SAID = 20;

/** A verdict that a cluster of a thousand nodes does not make endless. */
export function few({ failures, warnings }: Verdict): Verdict {
  return { failures: fewOf(failures), warnings: fewOf(warnings) };
}

function fewOf(texts: readonly string[]): readonly string[] {
  const more = texts.length - MOST_SAID;
  return more > 0 ? [...texts.slice(0, MOST_SAID), `And ${more} more of this sort.`] : texts;
}
