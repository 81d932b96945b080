/** What a tar archive holds. Paths have no leading slash; parent directories come before what is in them. */
export type TarEntry =
  | { readonly path: string; readonly type: 'directory'; readonly mode?: number }
  | { readonly path: string; readonly type: 'file'; readonly content: Buffer; readonly mode?: number }
  | { readonly path: string; readonly type: 'symlink'; readonly target: string };

const BLOCK = 512;
const NAME_LENGTH = 100;
const TYPE = { file: '0', symlink: '2', directory: '5' } as const;
const DEFAULT_MODE = { file: 0o644, symlink: 0o777, directory: 0o755 } as const;

/**
 * An archive in the format ustar. The same entries give the same bytes: owner is root, time is 0.
 *
 * @throws RangeError where a path is longer than the format's 100 bytes.
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
 */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    if (entry.type !== 'file') return [header(entry, 0)];
    const padding = Buffer.alloc((BLOCK - (entry.content.length % BLOCK)) % BLOCK);
    return [header(entry, entry.content.length), entry.content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(entry: TarEntry, sizeBytes: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const mode = (entry.type === 'symlink' ? undefined : entry.mode) ?? DEFAULT_MODE[entry.type];
  block.write(nameField(entry.type === 'directory' ? `${entry.path}/` : entry.path), 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108); // user
  block.write(octal(0, 8), 116); // group
  block.write(octal(sizeBytes, 12), 124);
  block.write(octal(0, 12), 136); // time
  block.write(' '.repeat(8), 148); // the checksum counts as blanks
  block.write(TYPE[entry.type], 156);
  if (entry.type === 'symlink') block.write(nameField(entry.target), 157);
  block.write('ustar\0' + '00', 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function nameField(name: string): string {
  if (Buffer.byteLength(name) > NAME_LENGTH) throw new RangeError(`Too long for a tar archive: ${name}`);
  return name;
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}
