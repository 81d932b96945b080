import { hideCredentials } from '../../text/credentials.js';

/** How much is kept at most: of one file, and of all together, in characters. */
export const BOUNDS = { file: 2_000_000, all: 16_000_000 } as const;

/** Longer than any private key. */
const MARGIN = 16_000;

/** Files that are being collected, within bounds. What comes after `close` is dropped. */
export interface Collection {
  /** Things as a JSON list: those that find no more room are left out, and counted. */
  readonly addList: <Item>(name: string, items: readonly Item[], show?: (item: Item) => unknown) => void;
  /** Text, of which the end is kept; credentials are hidden in it. */
  readonly addText: (name: string, text: string, maxLength: number) => void;
  readonly note: (text: string) => void;
  readonly close: () => void;
  readonly files: ReadonlyMap<string, string>;
  /** What is missing, and why. */
  readonly notes: readonly string[];
}

export function createCollection(): Collection {
  const files = new Map<string, string>();
  const notes: string[] = [];
  let used = 0;
  let isOpen = true;

  function keep(name: string, text: string): void {
    if (!isOpen) return;
    if (used + text.length > BOUNDS.all) {
      notes.push(`${name} was left out: all files together have no more than ${BOUNDS.all} characters.`);
      return;
    }
    used += text.length;
    files.set(name, text);
  }

  return {
    files,
    notes,
    addList(name, items, show = (item): unknown => item) {
      const kept: string[] = [];
      let length = 0;
      for (const item of items) {
        const text = JSON.stringify(show(item), null, 1);
        length += text.length + 2;
        if (!isOpen || length > BOUNDS.file) break;
        kept.push(text);
      }
      if (kept.length < items.length && isOpen)
        notes.push(
          `${name} has ${kept.length} of ${items.length}: a file has no more than ${BOUNDS.file} characters.`,
        );
      keep(name, `[\n${kept.join(',\n')}\n]\n`);
    },
    addText(name, text, maxLength) {
      // What begins before the cut is only known for a credential with its beginning
      const hidden = hideCredentials(text.slice(-(maxLength + MARGIN)));
      const end = hidden.slice(-maxLength);
      const isCut = text.length > maxLength;
      keep(name, isCut ? `… (the beginning is left out)\n${end.slice(end.indexOf('\n') + 1)}` : hidden);
    },
    note(text) {
      if (isOpen) notes.push(text);
    },
    close() {
      isOpen = false;
    },
  };
}
