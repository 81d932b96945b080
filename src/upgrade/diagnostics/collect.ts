import { explain } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import type { ReportStore } from '../../ports/report-store.js';
import { type Collection, createCollection } from './collection.js';
import { readLogs } from './read-logs.js';
import {
  readConfiguration,
  readEvents,
  readJournalFiles,
  readNodes,
  readOperator,
  readPods,
  readWorkloads,
} from './read-objects.js';
import { redactObject } from './redact.js';

export interface DiagnosticsOptions {
  /** Below the report directory. */
  readonly folder: string;
  /** What is not there by then is left out. */
  readonly limitMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Takes the secrets out of a text that the run knows of. */
  readonly hide: (text: string) => string;
  readonly onWarning: (text: string) => void;
}

/**
 * Keeps what somebody wants to see who looks for the cause of a failure: Calico's objects, pods, events, logs, conditions
 * of nodes, the journal. It only reads, no Secret ever, and hides what looks like a credential. It ends in time, and never
 * throws: what could not be read is noted in contents.json, and a warning where nothing could be kept.
 */
export async function collectDiagnostics(
  client: ClusterClient,
  store: ReportStore,
  options: DiagnosticsOptions,
): Promise<void> {
  const begun = options.now();
  const collection = createCollection();
  const over = new AbortController();
  try {
    const isDone = await Promise.race([
      gather(client, collection, over.signal).then(() => true),
      options.sleep(options.limitMs, over.signal).then(() => false),
    ]);
    if (!isDone) collection.note(`Not all could be read in ${Math.round(options.limitMs / 1000)} s.`);
    collection.close();
    write(collection, store, options, begun);
  } catch (error) {
    options.onWarning(`The diagnostics could not be kept: ${explain(error)}`);
  } finally {
    over.abort();
  }
}

/** What goes away first is read first. */
async function gather(client: ClusterClient, collection: Collection, signal: AbortSignal): Promise<void> {
  async function keep(name: string, read: () => Promise<readonly unknown[]>): Promise<void> {
    try {
      const items = await read();
      if (items.length > 0) collection.addList(name, items);
    } catch (error) {
      collection.note(`${name} is not there: ${explain(error)}`);
    }
  }
  const podsAndLogs = async (): Promise<void> => {
    const pods = await readPods(client, signal);
    collection.addList('pods.json', pods, redactObject);
    await readLogs(client, pods, collection);
  };
  await Promise.all([
    podsAndLogs().catch((error: unknown) => collection.note(`pods.json is not there: ${explain(error)}`)),
    keep('events.json', () => readEvents(client, signal)),
    keep('workloads.json', () => readWorkloads(client, signal)),
    keep('operator.json', () => readOperator(client, signal)),
    keep('journal.json', () => readJournalFiles(client)),
    keep('configuration.json', () => readConfiguration(client, signal)),
    keep('nodes.json', () => readNodes(client, signal)),
  ]);
}

function write(
  { files, notes }: Collection,
  store: ReportStore,
  { folder, hide, now }: DiagnosticsOptions,
  begun: number,
): void {
  for (const [name, text] of files) store.write(`${folder}/${name}`, hide(text));
  const contents = {
    at: new Date(begun).toISOString(),
    milliseconds: now() - begun,
    files: Object.fromEntries([...files].map(([name, text]) => [name, text.length])),
    leftOut: notes,
  };
  store.write(`${folder}/contents.json`, `${hide(JSON.stringify(contents, null, 2))}\n`);
}
