import type { Severity } from '../findings/severity.js';

/** A remark that is shown next to the line of a file that it is about. */
export interface Annotation {
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  /** Empty where it is about no file. */
  readonly path: string;
  /** 1-based; 0 where it is about the whole file. */
  readonly line: number;
  readonly column: number;
}

/** Where a run says what it does and what came of it: a terminal, or a step of a workflow. Nothing here ever throws. */
export interface Reporter {
  /** Text for the log: one line or several. */
  readonly info: (text: string) => void;
  readonly warning: (text: string) => void;
  readonly error: (text: string) => void;
  /** How far the run is; most of these are dropped, so nothing that must be read. */
  readonly progress: (text: string) => void;
  /** Runs something and keeps what it logs together under a title. What it throws is passed on. */
  readonly group: <T>(title: string, run: () => Promise<T>) => Promise<T>;
  readonly annotate: (annotations: readonly Annotation[]) => void;
  readonly writeSummary: (markdown: string) => Promise<void>;
  readonly setOutputs: (outputs: Readonly<Record<string, string>>) => void;
  /** Keeps a secret out of everything that is written from now on. */
  readonly mask: (secret: string) => void;
}
