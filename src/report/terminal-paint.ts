import type { Severity } from '../findings/severity.js';

/** How the terminal is to be written to. */
export interface TerminalOptions {
  /** Whether to use ANSI colours. */
  readonly colour: boolean;
  /** Columns of the terminal: the table is cut to it, findings are not. */
  readonly width: number;
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';
export type Paint = (text: string, style: Style) => string;

const CODES: Readonly<Record<Style, string>> = {
  bold: '1',
  dim: '2',
  red: '31',
  yellow: '33',
  green: '32',
  cyan: '36',
};

export const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  error: 'red',
  warning: 'yellow',
  notice: 'cyan',
};

/** Colours text, or leaves it as it is. */
export function paintWith(colour: boolean): Paint {
  return (text, style) => (colour && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}
