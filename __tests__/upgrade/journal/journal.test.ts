import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { EnvironmentError, InputError } from '../../../src/errors.js';
import type { KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import type { Write } from '../../../src/upgrade/engine/step.js';
import {
  JOURNAL_FILE,
  type JournalHead,
  openJournal,
  readEntry,
  readJournal,
} from '../../../src/upgrade/journal/journal.js';
import {
  createFakeClusterClient,
  type FakeCall,
  type FakeClusterClient,
  refusal,
} from '../../ports/fake-cluster-client.js';
import { whileHeld } from '../../../src/upgrade/lock/held-client.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';

const NAME = 'calico-upgrade-action-journal';
const SECRET = 'hunter2-hunter2';
const ABOUT = {
  mode: 'rollback',
  run: 'https://github.example.com/team/clusters/actions/runs/8',
  startedAt: '2026-11-27T02:00:00.000Z',
  from: 'v3.31.7',
  to: 'v3.30.7',
  bundle: { place: 'bundle', createdAt: '2026-11-26T02:00:00.000Z', run: '' },
  wayOut: 'Run it again.',
} as const;

function objectWrite(name: string, rest: object, kind = 'ConfigMap'): Write {
  const object: ObjectReference = { apiVersion: 'v1', kind, namespace: 'kube-system', name };
  const after: KubernetesObject = {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'kube-system' },
    ...rest,
  };
  return { kind: 'object', object, before: null, after };
}

function mapsIn(client: FakeClusterClient): readonly KubernetesObject[] {
  return client.objects().filter(({ metadata }) => metadata.name.startsWith(NAME));
}

function namesIn(client: FakeClusterClient): readonly string[] {
  return mapsIn(client).map(({ metadata }) => metadata.name);
}

function open(client: FakeClusterClient, about: Partial<JournalHead> = {}) {
  return openJournal(client, createFakeReportStore(), { ...ABOUT, ...about });
}

describe('the journal', () => {
  test('says who is at work as soon as it is open, and is found by its label', async () => {
    const client = createFakeClusterClient();
    const journal = await open(client);
    const head = { ...ABOUT, formatVersion: 1, status: 'running', stage: '', step: '', entries: 0 };
    expect(journal.head()).toMatchObject(head);
    expect(await readJournal(client)).toEqual(journal.head());
    expect(mapsIn(client)[0]?.metadata).toMatchObject({
      namespace: 'kube-system',
      labels: { 'app.kubernetes.io/managed-by': 'calico-upgrade-action' },
    });
  });

  test('is not there before a run, and after its work is done', async () => {
    const client = createFakeClusterClient();
    expect(await readJournal(client)).toBeNull();
    const journal = await open(client);
    await journal.announce([objectWrite('a', { data: { x: '1' } })]);
    await journal.remove();
    expect(await readJournal(client)).toBeNull();
    expect(namesIn(client)).toEqual([]);
  });

  test('says where the run is, and why it stopped', async () => {
    const client = createFakeClusterClient();
    const journal = await open(client);
    await journal.begin('node', 'wave 1 of 3');
    expect(await readJournal(client)).toMatchObject({
      stage: 'node',
      step: 'wave 1 of 3',
      status: 'running',
    });
    await journal.stop('failed', 'No such image.');
    expect(await readJournal(client)).toMatchObject({
      stage: 'node',
      status: 'failed',
      reason: 'No such image.',
      wayOut: 'Run it again.',
    });
  });

  test('has an entry only once all its parts are there', async () => {
    const log: string[] = [];
    const client: FakeClusterClient = createFakeClusterClient({
      onCall: async ({ verb, name }) => {
        if (verb === 'apply') log.push(`${name} ${String((await readJournal(client))?.entries)}`);
      },
    });
    const journal = await open(client);
    await journal.announce([objectWrite('a', { data: { x: randomBytes(900 * 1024).toString('base64') } })]);
    expect(log).toEqual([`${NAME} undefined`, `${NAME}-1-0 0`, `${NAME}-1-1 0`, `${NAME} 0`]);
    expect((await readJournal(client))?.entries).toBe(1);
  });

  test('keeps an entry of more than 1 MiB in parts that a ConfigMap takes', async () => {
    const client = createFakeClusterClient();
    const journal = await open(client);
    const writes = [objectWrite('big', { data: { x: randomBytes(1_600_000).toString('base64') } })];
    await journal.announce(writes);
    expect(namesIn(client)).toEqual([NAME, `${NAME}-1-0`, `${NAME}-1-1`, `${NAME}-1-2`]);
    for (const map of mapsIn(client)) expect(JSON.stringify(map).length).toBeLessThan(1024 * 1024);
    expect(await readEntry(client, 1)).toEqual(writes);
  });

  test('reads back what was announced, whatever it was', async () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const write: fc.Arbitrary<Write> = fc.oneof(
      fc.tuple(name, fc.jsonValue()).map(([one, spec]) => objectWrite(one, { spec })),
      fc.record({
        kind: fc.constant('field' as const),
        object: fc.constant(objectWrite('x', {}).object),
        field: fc.array(fc.string(), { minLength: 1 }),
        before: fc.jsonValue(),
        after: fc.jsonValue(),
      }),
    );
    const batches = fc.array(fc.array(write, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const client = createFakeClusterClient();
        const journal = await open(client);
        for (const batch of all) await journal.announce(batch);
        for (const [index, batch] of all.entries()) {
          // -0 is no JSON
          expect(await readEntry(client, index + 1)).toEqual(JSON.parse(JSON.stringify(batch)));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('is not taken for whole where a part is gone', async () => {
    const client = createFakeClusterClient();
    const journal = await open(client);
    await journal.announce([objectWrite('big', { data: { x: randomBytes(900 * 1024).toString('base64') } })]);
    client.remove({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'kube-system',
      name: `${NAME}-1-1`,
    });
    await expect(readEntry(client, 1)).rejects.toThrow(
      'Entry 1 of the journal in kube-system cannot be read.',
    );
    await expect(readEntry(client, 7)).rejects.toBeInstanceOf(EnvironmentError);
  });

  test('passes over parts that an attempt left which died', async () => {
    const client = createFakeClusterClient();
    const large = [objectWrite('big', { data: { x: randomBytes(1_600_000).toString('base64') } })];
    await (await open(client)).announce(large);
    const head = mapsIn(client).find(({ metadata }) => metadata.name === NAME);
    if (!head) throw new Error('no head');
    // As though the run had died before it counted the entry
    const uncounted = { ...(await readJournal(client)), entries: 0 };
    client.set({ ...head, data: { 'head.json': JSON.stringify(uncounted) } });
    const small = [objectWrite('small', { data: { x: '1' } })];
    await (await open(client)).announce(small);
    // What is behind its only part is no part of it, though it looks like the start of one
    const part = mapsIn(client).find(({ metadata }) => metadata.name === `${NAME}-1-0`);
    if (!part) throw new Error('no part');
    client.set({ ...part, metadata: { ...part.metadata, name: `${NAME}-1-1`, uid: 'other' } });
    expect(await readEntry(client, 1)).toEqual(small);
  });
});

describe('a Secret', () => {
  test.each(['data', 'stringData'])('is in no ConfigMap and no file: %s', async (field) => {
    const client = createFakeClusterClient();
    const store = createFakeReportStore();
    const journal = await openJournal(client, store, ABOUT);
    const encoded = Buffer.from(SECRET).toString('base64');
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': SECRET };
    const metadata = { name: 'typha-certs', namespace: 'kube-system', annotations };
    const secret: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      [field]: { 'tls.key': field === 'data' ? encoded : SECRET },
    };
    const object = { apiVersion: 'v1', kind: 'Secret', namespace: 'kube-system', name: 'typha-certs' };
    await journal.announce([
      { kind: 'object', object, before: secret, after: secret },
      { kind: 'field', object, field: [field, 'tls.key'], before: SECRET, after: encoded },
    ]);
    const everything = JSON.stringify([
      await readEntry(client, 1),
      client.objects(),
      [...store.files.keys()].map((name) => store.text(name)),
    ]);
    expect(everything).not.toContain(SECRET);
    expect(everything).not.toContain(encoded);
    expect(await readEntry(client, 1)).toMatchObject([
      { object, after: { kind: 'Secret', keys: field === 'data' ? ['tls.key'] : [] } },
      { object, field: [field, 'tls.key'] },
    ]);
  });
});

describe('a journal that an earlier run left', () => {
  test('is gone on with: its entries stay, and new ones come after them', async () => {
    const client = createFakeClusterClient();
    const first = await open(client);
    const [one, two] = [[objectWrite('one', { data: {} })], [objectWrite('two', { data: {} })]];
    await first.announce(one);
    await first.stop('interrupted', 'told to stop');
    const second = await open(client, { run: 'https://github.example.com/team/clusters/actions/runs/9' });
    expect(second.head()).toMatchObject({ entries: 1, status: 'running', reason: '' });
    await second.announce(two);
    expect(await readEntry(client, 1)).toEqual(one);
    expect(await readEntry(client, 2)).toEqual(two);
    expect(await readJournal(client)).toMatchObject({ entries: 2, run: expect.stringMatching(/9$/) });
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"entries":"2","run":"x"}',
    '{"entries":2}',
    '{"entries":-1,"run":"x"}',
  ])('and that cannot be read is not written over: %j', async (text) => {
    const client = createFakeClusterClient();
    const map: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: NAME, namespace: 'kube-system' },
      data: { 'head.json': text },
    };
    const left = client.set(map);
    await expect(readJournal(client)).rejects.toBeInstanceOf(EnvironmentError);
    await expect(open(client)).rejects.toThrow(
      `The journal of an earlier run, ConfigMap kube-system/${NAME}, cannot be read.`,
    );
    expect(mapsIn(client)).toEqual([left]);
  });
});

describe('the removal', () => {
  async function written(onCall: (call: FakeCall) => void): Promise<FakeClusterClient> {
    const client = createFakeClusterClient({ onCall });
    const journal = await open(client);
    for (let entry = 1; entry <= 3; entry += 1) await journal.announce([objectWrite(`map-${entry}`, {})]);
    return client;
  }

  test('takes the head last, and nothing else of ours', async () => {
    const deleted: string[] = [];
    const client = await written(({ verb, name }) => {
      if (verb === 'delete') deleted.push(name);
    });
    const other: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'calico-upgrade-action-other',
        namespace: 'kube-system',
        labels: { 'app.kubernetes.io/managed-by': 'calico-upgrade-action' },
      },
    };
    client.set(other);
    await (await open(client)).remove();
    expect(deleted).toEqual([`${NAME}-1-0`, `${NAME}-2-0`, `${NAME}-3-0`, NAME]);
    expect(client.objects().map(({ metadata }) => metadata.name)).toContain('calico-upgrade-action-other');
  });

  test.each([1, 2, 3, 4])('killed at deletion %d, and run again, leaves nothing', async (at) => {
    let deletions = 0;
    let isDead = false;
    const client = await written(({ verb }) => {
      if (verb === 'delete' && !isDead) deletions += 1;
      if (deletions === at && !isDead) {
        isDead = true;
        throw refusal('delete', 'ConfigMap', 503, 'killed');
      }
    });
    await expect((await open(client)).remove()).rejects.toThrow('killed');
    // As long as anything is there the head is, so that the next run finds it
    expect(await readJournal(client)).toMatchObject({ entries: 3 });
    await (await open(client)).remove();
    expect(namesIn(client)).toEqual([]);
  });
});

test('where the cluster does not answer any more, a stop says so, and the file has the reason', async () => {
  let isDown = false;
  const client = createFakeClusterClient({
    onCall: ({ verb, name }) => {
      if (isDown) throw refusal(verb, name, 503, 'down');
    },
  });
  const store = createFakeReportStore();
  const journal = await openJournal(client, store, ABOUT);
  isDown = true;
  await expect(journal.stop('failed', 'No answer.')).rejects.toThrow('down');
  await expect(journal.announce([objectWrite('a', {})])).rejects.toThrow('down');
  expect(JSON.parse(store.text(JOURNAL_FILE))).toMatchObject({ status: 'failed', reason: 'No answer.' });
});

test('nothing is written to it once the lock is lost', async () => {
  const lost = new AbortController();
  const client = whileHeld(createFakeClusterClient(), lost.signal);
  const journal = await openJournal(client, createFakeReportStore(), ABOUT);
  lost.abort();
  await expect(journal.announce([objectWrite('a', {})])).rejects.toThrow('given up');
  await expect(journal.stop('failed', 'x')).rejects.toThrow('given up');
  expect(await readJournal(client)).toMatchObject({ status: 'running', entries: 0 });
});

test('its removal ends where the lock is lost meanwhile: the head may be another run’s', async () => {
  const lost = new AbortController();
  const onCall = ({ verb }: { readonly verb: string }): void => {
    if (verb === 'delete') lost.abort();
  };
  const client = whileHeld(createFakeClusterClient({ onCall }), lost.signal);
  const journal = await openJournal(client, createFakeReportStore(), ABOUT);
  await journal.announce([objectWrite('a', {})]);
  await expect(journal.remove()).rejects.toThrow('given up');
  expect(await readJournal(client)).toMatchObject({ status: 'done', entries: 1 });
});

describe('the files', () => {
  test('are a copy of it, and say when the work is done', async () => {
    const client = createFakeClusterClient();
    const store = createFakeReportStore();
    const journal = await openJournal(client, store, ABOUT);
    const writes = [objectWrite('a', { data: { x: '1' } })];
    await journal.announce(writes);
    expect([...store.files.keys()]).toEqual([JOURNAL_FILE, 'journal/0001.json']);
    expect(JSON.parse(store.text('journal/0001.json'))).toEqual(writes);
    expect(JSON.parse(store.text(JOURNAL_FILE))).toEqual(await readJournal(client));
    await journal.remove();
    expect(JSON.parse(store.text(JOURNAL_FILE))).toMatchObject({ status: 'done', entries: 1 });
    expect(journal.head().status).toBe('done');
  });

  test('stop nothing where the disk is full: the cluster has the journal', async () => {
    const client = createFakeClusterClient();
    const full = createFakeReportStore(
      'calico-report',
      new EnvironmentError('The disk is full.', 'Free some.'),
    );
    const journal = await openJournal(client, full, ABOUT);
    await journal.announce([objectWrite('a', {})]);
    await journal.stop('failed', 'x');
    expect(await readJournal(client)).toMatchObject({ entries: 1, status: 'failed' });
    await journal.remove();
  });

  test('that have no place are said before anything is written', async () => {
    const client = createFakeClusterClient();
    const none = createFakeReportStore('/', new InputError('report-dir', 'No directory.', 'Name one.'));
    await expect(openJournal(client, none, ABOUT)).rejects.toBeInstanceOf(InputError);
    expect(namesIn(client)).toEqual([]);
  });
});
