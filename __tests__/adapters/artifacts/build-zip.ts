import { deflateRawSync } from 'node:zlib';

/** A file of an archive; what is not said is as zip programs on Unix write it. */
export interface ZipEntry {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Type and permissions: 0o100644 is a file, 0o120777 a link. */
  readonly mode?: number;
  /** What the archive says of its size, right or wrong. */
  readonly declaredBytes?: number;
}

const DEFLATED = 8;
const MADE_ON_UNIX = (3 << 8) | 20;

/** An archive byte by byte, so that it can be as no program would write it. */
export function buildZip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const content = typeof entry.content === 'string' ? Buffer.from(entry.content) : entry.content;
    const packed = deflateRawSync(content);
    const sizes = fields(
      [0, 4],
      [packed.length, 4],
      [entry.declaredBytes ?? content.length, 4],
      [name.length, 2],
      [0, 2],
    );
    const common = fields([20, 2], [0x0800, 2], [DEFLATED, 2], [0, 2], [0x21, 2]);
    const local = Buffer.concat([fields([0x04034b50, 4]), common, sizes, name, packed]);
    const mode = ((entry.mode ?? 0o100644) << 16) >>> 0;
    const rest = fields([0, 2], [0, 2], [0, 2], [mode, 4], [offset, 4]);
    directory.push(Buffer.concat([fields([0x02014b50, 4], [MADE_ON_UNIX, 2]), common, sizes, rest, name]));
    files.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const end = fields([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [offset, 4], [0, 2]);
  return Buffer.concat([...files, ...directory, end]);
}

/** Numbers, each in that many bytes. */
function fields(...numbers: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer {
  return Buffer.concat(
    numbers.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUIntLE(value, 0, bytes);
      return buffer;
    }),
  );
}
