import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ArtifactFault } from './artifact-fault.js';

/** What is believed of an archive at most. */
export interface ZipLimits {
  readonly files: number;
  /** Of one file, unpacked. */
  readonly fileBytes: number;
  /** Of all files together, unpacked. */
  readonly bytes: number;
}

/**
 * Unpacks an archive into a directory that is not there yet, or is empty. Plain files alone, by names that stay below
 * it, none of them twice, and no byte more than the archive says and the limits allow.
 *
 * @throws ArtifactFault with what is wrong and where; what the file system throws
 */
export async function extractZip(path: string, directory: string, limits: ZipLimits): Promise<void> {
  const zip = await asFault(() =>
    openPromise(path, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true }),
  );
  try {
    if (zip.entryCount > limits.files) throw new ArtifactFault(`it has ${zip.entryCount} files`);
    await extractEntries(zip, directory, limits);
  } finally {
    zip.close();
  }
}

async function extractEntries(zip: ZipFile, directory: string, limits: ZipLimits): Promise<void> {
  const folders = new Set<string>();
  let bytes = 0;
  const entries = zip.eachEntry()[Symbol.asyncIterator]();
  for (;;) {
    const next = await asFault(() => entries.next());
    if (next.done === true) return;
    const entry = next.value;
    bytes += entry.uncompressedSize;
    refuse(entry, bytes, limits);
    const target = below(directory, entry.fileName);
    const isFolder = entry.fileName.endsWith('/');
    const folder = isFolder ? target : dirname(target);
    if (!folders.has(folder)) await makeFolder(folder, entry);
    folders.add(folder);
    if (!isFolder) await extractFile(zip, entry, target);
  }
}

async function makeFolder(folder: string, { fileName }: Entry): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw ['EEXIST', 'ENOTDIR'].includes(code) ? new ArtifactFault(`${fileName} is below a file`) : error;
  }
}

async function extractFile(zip: ZipFile, entry: Entry, target: string): Promise<void> {
  const content = await asFault(() => zip.openReadStreamPromise(entry));
  try {
    await pipeline(content, createWriteStream(target, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new ArtifactFault(`${entry.fileName} is in it twice`);
    // Node's own codes for a stream of bytes that cannot be inflated begin with Z; yauzl has none
    if (code === undefined || code.startsWith('Z')) throw new ArtifactFault(`${entry.fileName}: ${message}`);
    throw error;
  }
}

function refuse(entry: Entry, bytes: number, limits: ZipLimits): void {
  const { fileName, uncompressedSize } = entry;
  if (!isPlain(entry)) throw new ArtifactFault(`${fileName} is a link or no file`);
  if (uncompressedSize > limits.fileBytes)
    throw new ArtifactFault(`${fileName} has ${uncompressedSize} bytes`);
  if (bytes > limits.bytes) throw new ArtifactFault(`it unpacks to more than ${limits.bytes} bytes`);
}

const TYPE = 0o170000;
const PLAIN: ReadonlySet<number> = new Set([0, 0o100000, 0o040000]);

/** Whether an entry is a file or a directory; archives of Unix say so in the upper half of the attributes. */
function isPlain({ externalFileAttributes }: Entry): boolean {
  return PLAIN.has((externalFileAttributes >>> 16) & TYPE);
}

/** yauzl refuses names that lead out by itself; here nothing is left to it. */
function below(directory: string, name: string): string {
  const root = resolve(directory);
  const target = resolve(join(root, name));
  if (target !== root && !target.startsWith(root + sep)) throw new ArtifactFault(`${name} leads out of it`);
  return target;
}

async function asFault<Value>(action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === undefined ? new ArtifactFault(message) : error;
  }
}
