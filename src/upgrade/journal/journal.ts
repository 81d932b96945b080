import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { fieldsAt, textAt } from '../../cluster/fields.js';
import { OWN_LABELS } from '../../cluster/own-label.js';
import { EnvironmentError } from '../../errors.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { ReportStore } from '../../ports/report-store.js';
import type { Write } from '../engine/step.js';
import type { StageName } from '../plan/stage-name.js';
import { FIELD_MANAGER } from '../plan/try-changes.js';

/** What a journal says about the run that wrote it. */
export interface JournalHead {
  readonly formatVersion: 1;
  readonly mode: 'upgrade' | 'rollback';
  /** Address of the run. */
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** `v3.31.5`; empty where it was not known. */
  readonly from: string;
  readonly to: string;
  /** The hop that an upgrade is in; null before the first, and in a rollback. */
  readonly hop: { readonly from: string; readonly to: string } | null;
  /** What it goes by: the place of the bundle, when that was made, and the address of the run that made it. */
  readonly bundle: { readonly place: string; readonly createdAt: string; readonly run: string } | null;
  /** `done` where nothing is left to do but to take the journal away. */
  readonly status: 'running' | 'failed' | 'interrupted' | 'done';
  readonly stage: StageName | '';
  readonly step: string;
  /** Why it stopped; empty while it runs. */
  readonly reason: string;
  /** How to go on or go back, for whoever finds it. */
  readonly wayOut: string;
  /** How many entries there are, from 1. */
  readonly entries: number;
}

/**
 * The journal of this run. Every call is done once the cluster has it; where it cannot, nothing may be written. The files
 * are a copy for people: one that cannot be written stops nothing, as with the rest of the report.
 */
export interface Journal {
  /** Says which hop begins. */
  readonly enter: (hop: NonNullable<JournalHead['hop']>) => Promise<void>;
  readonly begin: (stage: StageName, step: string) => Promise<void>;
  /** Says what is about to be written, and what was there before. */
  readonly announce: (writes: readonly Write[]) => Promise<void>;
  /** Says that the run ends before its work is done. */
  readonly stop: (status: 'failed' | 'interrupted', reason: string) => Promise<void>;
  /** Takes the journal away: the work is done. */
  readonly remove: () => Promise<void>;
  readonly head: () => JournalHead;
}

const NAMESPACE = 'kube-system';
const NAME = 'calico-upgrade-action-journal';
/** A ConfigMap takes 1 MiB; base64 and the rest need room. */
const PART_BYTES = 700 * 1024;
const HEAD = 'head.json';
/** Where the journal's head is in the report directory. */
export const JOURNAL_FILE = 'journal/head.json';
const PART = 'part';
/** How many parts an entry has: those of an attempt that died may be left behind them. */
const PARTS = 'parts';

/**
 * Opens the journal in the cluster. One that an earlier run left is gone on with: what it says about how things were
 * stays.
 */
export async function openJournal(
  client: ClusterClient,
  store: ReportStore,
  about: Pick<JournalHead, 'mode' | 'run' | 'startedAt' | 'from' | 'to' | 'bundle' | 'wayOut'>,
): Promise<Journal> {
  const earlier = await readJournal(client);
  let head: JournalHead = {
    formatVersion: 1,
    ...about,
    hop: about.mode === 'upgrade' ? (earlier?.hop ?? null) : null,
    status: 'running',
    stage: '',
    step: '',
    reason: '',
    entries: earlier?.entries ?? 0,
  };

  async function write(changes: Partial<JournalHead>): Promise<void> {
    head = { ...head, ...changes };
    const text = headText(head);
    copy(store, JOURNAL_FILE, text);
    await put(client, { ...configMap(NAME), data: { [HEAD]: text } });
  }

  await write({});
  return {
    head: () => head,
    enter: (hop) => write({ hop }),
    begin: (stage, step) => write({ stage, step }),
    async announce(writes) {
      const entry = head.entries + 1;
      const text = JSON.stringify(writes.map(withoutSecrets));
      copy(store, `journal/${String(entry).padStart(4, '0')}.json`, `${text}\n`);
      const parts = partsOf(await promisify(gzip)(text));
      for (const [index, part] of parts.entries()) {
        const said = {
          ...configMap(`${NAME}-${entry}-${index}`),
          data: { [PARTS]: String(parts.length) },
          binaryData: { [PART]: part.toString('base64') },
        };
        await put(client, said);
      }
      await write({ entries: entry });
    },
    stop: (status, reason) => write({ status, reason }),
    async remove() {
      // A run that dies from here on leaves nothing to be done
      await write({ status: 'done' });
      await removeJournal(client);
    },
  };
}

/** Whether an object is the head of a journal. */
export function isJournal({ kind, namespace, name }: ObjectReference): boolean {
  return kind === 'ConfigMap' && namespace === NAMESPACE && name === NAME;
}

/** The journal that is in the cluster; null where there is none. @throws EnvironmentError where it cannot be read */
export async function readJournal(client: ClusterClient): Promise<JournalHead | null> {
  const found = await client.get(referenceOf(NAME));
  if (found === null) return null;
  try {
    const head = JSON.parse(textAt(found, 'data', HEAD)) as JournalHead;
    const isCount = Number.isSafeInteger(head.entries) && head.entries >= 0;
    if (isCount && typeof head.run === 'string') return head;
  } catch {
    // Said below
  }
  throw new EnvironmentError(
    `The journal of an earlier run, ConfigMap ${NAMESPACE}/${NAME}, cannot be read.`,
    'Look at it by hand; if it is of no use, delete the ConfigMaps that are named so, and run again.',
  );
}

/** What an entry says was about to be written. @throws EnvironmentError where it is not whole */
export async function readEntry(client: ClusterClient, entry: number): Promise<readonly Write[]> {
  const parts: Buffer[] = [];
  for (let count = 1; parts.length < count;) {
    const found = await client.get(referenceOf(`${NAME}-${entry}-${parts.length}`));
    if (found === null) break;
    count = Number(textAt(found, 'data', PARTS));
    parts.push(Buffer.from(textAt(found, 'binaryData', PART), 'base64'));
  }
  try {
    return JSON.parse((await promisify(gunzip)(Buffer.concat(parts))).toString('utf8')) as Write[];
  } catch (error) {
    throw new EnvironmentError(
      `Entry ${entry} of the journal in ${NAMESPACE} cannot be read.`,
      'Go back with a backup bundle instead (mode: rollback).',
      { cause: error },
    );
  }
}

function headText(head: JournalHead): string {
  return `${JSON.stringify(head, null, 2)}\n`;
}

/** @throws InputError where the report directory cannot be one, which is known before anything is written */
function copy(store: ReportStore, name: string, text: string): void {
  try {
    store.write(name, text);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
  }
}

/** Takes a journal away. Its head goes last: as long as that is there, somebody has to look. */
export async function removeJournal(client: ClusterClient): Promise<void> {
  const names: string[] = [];
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const labelSelector = Object.entries(OWN_LABELS)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  for await (const { items } of client.list(kind, { namespace: NAMESPACE, labelSelector })) {
    names.push(...items.map(({ metadata }) => metadata.name));
  }
  for (const name of names.filter((one) => one.startsWith(`${NAME}-`)))
    await client.delete(referenceOf(name));
  await client.delete(referenceOf(NAME));
}

function referenceOf(name: string): ObjectReference {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name };
}

function configMap(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: NAMESPACE, labels: OWN_LABELS },
  };
}

/** Nobody else writes these as long as the lock is held, so the last word counts. */
async function put(client: ClusterClient, object: KubernetesObject): Promise<void> {
  await client.apply(object, { fieldManager: FIELD_MANAGER, force: true });
}

function partsOf(content: Buffer): readonly Buffer[] {
  return Array.from({ length: Math.ceil(content.length / PART_BYTES) }, (_, index) =>
    content.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
  );
}

/** A ConfigMap is no place for a Secret: only that it is written is said. */
function withoutSecrets(write: Write): Write {
  if (write.object.kind !== 'Secret') return write;
  if (write.kind === 'field') return { ...write, before: null, after: null };
  return { ...write, before: bare(write.before), after: bare(write.after) };
}

function bare(secret: KubernetesObject | null): KubernetesObject | null {
  if (secret === null) return null;
  const { apiVersion, kind, metadata } = secret;
  const names = Object.keys(fieldsAt(secret, 'data'));
  const { name, namespace } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    keys: names,
  };
}
