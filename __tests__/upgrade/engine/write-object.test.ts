import { beforeEach, describe, expect, test } from '@jest/globals';
import { ClusterError, EnvironmentError } from '../../../src/errors.js';
import type { KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import { withField } from '../../../src/upgrade/engine/with-field.js';
import { inPlaceOf, writeObject } from '../../../src/upgrade/engine/write-object.js';
import type { FieldWrite, ObjectWrite } from '../../../src/upgrade/engine/step.js';
import { isWrite } from '../restore/living-cluster.js';
import {
  createFakeClusterClient,
  type FakeCall,
  type FakeClusterClient,
  refusal,
} from '../../ports/fake-cluster-client.js';

const REFERENCE: ObjectReference = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kube-system',
  name: 'calico-config',
};

function map(data: Readonly<Record<string, string>>, metadata: object = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'calico-config', namespace: 'kube-system', ...metadata },
    data,
  };
}

let client: FakeClusterClient;
let onCall: (call: FakeCall) => void | Promise<void>;

beforeEach(() => {
  onCall = () => undefined;
  client = createFakeClusterClient({ onCall: (call) => onCall(call) });
});

async function read(): Promise<KubernetesObject> {
  const found = await client.get(REFERENCE);
  if (!found) throw new Error('it is not there');
  return found;
}

function writes(): readonly string[] {
  return client.calls.filter(isWrite).map(({ verb }) => verb);
}

function write(before: KubernetesObject | null, after: KubernetesObject | null): Promise<boolean> {
  const whole: ObjectWrite = { kind: 'object', object: REFERENCE, before, after };
  return writeObject(client, whole);
}

describe('an object', () => {
  test('is replaced where it is as it was read', async () => {
    const before = client.set(map({ mtu: '1400' }));
    expect(await write(before, map({ mtu: '1500' }))).toBe(true);
    expect(await read()).toMatchObject({ data: { mtu: '1500' } });
    expect(writes()).toEqual(['replace']);
  });

  test('is not written where it is as wanted already, whoever made it so', async () => {
    const before = client.set(map({ mtu: '1400' }));
    client.set(map({ mtu: '1500' }));
    expect(await write(before, map({ mtu: '1500' }))).toBe(false);
    expect(writes()).toEqual([]);
  });

  test.each<[string, KubernetesObject]>([
    ['in one field', map({ mtu: '1400', backend: 'vxlan' })],
    ['in a field that it has besides', map({ mtu: '1400', backend: 'bird', typha: 'x' })],
    ['in a field that it lost', map({ mtu: '1400' })],
    ['in a label alone', map({ mtu: '1400', backend: 'bird' }, { labels: { team: 'net' } })],
    ['in an annotation alone', map({ mtu: '1400', backend: 'bird' }, { annotations: { note: 'x' } })],
  ])('that somebody else changed %s is left as it is', async (_, other) => {
    const before = client.set(map({ mtu: '1400', backend: 'bird' }));
    await client.replace(other, { fieldManager: 'kubectl-edit' });
    const live = await read();
    const done = write(before, map({ mtu: '1500', backend: 'bird' }));
    await expect(done).rejects.toBeInstanceOf(EnvironmentError);
    await expect(done).rejects.toThrow(/^ConfigMap kube-system\/calico-config was changed by somebody else/);
    expect(await read()).toEqual(live);
    await expect(write(before, null)).rejects.toThrow(/was changed by somebody else/);
    expect(await read()).toEqual(live);
  });

  test('that Calico itself wrote meanwhile is written nevertheless', async () => {
    const before = client.set(map({ mtu: '1400' }));
    await client.replace(map({ mtu: '1400', seen: 'yes' }), { fieldManager: 'calico-node' });
    expect(await write(before, map({ mtu: '1500' }))).toBe(true);
  });

  test('that was made anew meanwhile by somebody else is not what was read', async () => {
    const before = client.set(map({ mtu: '1400' }));
    await client.delete(REFERENCE);
    await client.create(map({ mtu: '9000' }), { fieldManager: 'calico-node' });
    await expect(write(before, map({ mtu: '1500' }))).rejects.toThrow(/was changed by somebody else/);
  });

  test('that was not there when it was planned, and is otherwise than wanted, is left as it is', async () => {
    client.set(map({ mtu: '9000' }));
    await expect(write(null, map({ mtu: '1500' }))).rejects.toThrow(/was changed by somebody else/);
  });

  test('differs by the server’s own defaults alone: that is no change, as a dry run tells', async () => {
    const before = client.set(map({ mtu: '1400' }));
    client.set(map({ mtu: '1400', defaulted: 'yes' }));
    const asked: boolean[] = [];
    const defaulting = {
      ...client,
      replace(object: KubernetesObject, options: Parameters<FakeClusterClient['replace']>[1]) {
        asked.push(options.dryRun === true);
        const data = { defaulted: 'yes', ...(object['data'] as object) };
        return client.replace({ ...object, data }, options);
      },
    };
    const whole: ObjectWrite = {
      kind: 'object',
      object: REFERENCE,
      before,
      after: map({ mtu: '1500' }),
    };
    expect(await writeObject(defaulting, whole)).toBe(true);
    // Whether it is as wanted, whether it is as it was, and the write
    expect(asked).toEqual([true, true, false]);
    expect(await read()).toMatchObject({ data: { mtu: '1500', defaulted: 'yes' } });
  });

  test('begins anew where it was written between read and write', async () => {
    const before = client.set(map({ mtu: '1400' }));
    let beaten = 0;
    onCall = ({ verb, isDryRun }) => {
      if (verb !== 'replace' || isDryRun || beaten === 3) return;
      beaten += 1;
      client.set({ ...map({ mtu: '1400' }), status: { beaten } });
    };
    expect(await write(before, map({ mtu: '1500' }))).toBe(true);
    expect(writes()).toEqual(['replace', 'replace', 'replace', 'replace']);
  });

  test('begins anew ten times at most', async () => {
    const before = client.set(map({ mtu: '1400' }));
    onCall = ({ verb }) => {
      if (verb === 'replace') throw refusal('replace', 'ConfigMap', 409, 'Conflict');
    };
    await expect(write(before, map({ mtu: '1500' }))).rejects.toMatchObject({ status: 409 });
    expect(writes()).toHaveLength(10);
  });

  describe('of which it is not known whether it was written', () => {
    const unanswered = (): ClusterError =>
      new ClusterError({ verb: 'replace', resource: 'ConfigMap', status: null }, 'No answer.', 'Wait.');

    test('is looked at again: what was written is not written once more', async () => {
      const before = client.set(map({ mtu: '1400' }));
      onCall = ({ verb }) => {
        if (verb !== 'replace') return;
        client.set(map({ mtu: '1500' }));
        throw unanswered();
      };
      expect(await write(before, map({ mtu: '1500' }))).toBe(false);
      expect(writes()).toEqual(['replace']);
    });

    test('is looked at again where the last answer was a refusal: what somebody put back is written once more', async () => {
      const before = client.set(map({ mtu: '1400' }));
      onCall = ({ verb }) => {
        if (verb !== 'replace' || writes().length > 1) return;
        client.set(map({ mtu: '1400' }));
        const doing = { verb: 'replace', resource: 'ConfigMap' };
        throw new ClusterError({ ...doing, status: 504, isOutcomeUnknown: true }, 'Timeout.', 'Wait.');
      };
      expect(await write(before, map({ mtu: '1500' }))).toBe(true);
      expect(writes()).toEqual(['replace', 'replace']);
    });

    test('is tried three times at most', async () => {
      const before = client.set(map({ mtu: '1400' }));
      onCall = ({ verb }) => {
        if (verb === 'replace') throw unanswered();
      };
      await expect(write(before, map({ mtu: '1500' }))).rejects.toThrow('No answer.');
      expect(writes()).toHaveLength(3);
    });
  });

  test('does not begin anew where the server refuses', async () => {
    const before = client.set(map({ mtu: '1400' }));
    onCall = ({ verb }) => {
      if (verb === 'replace') throw refusal('replace', 'ConfigMap', 422, 'Invalid');
    };
    await expect(write(before, map({ mtu: '1500' }))).rejects.toBeInstanceOf(ClusterError);
    expect(writes()).toHaveLength(1);
  });

  test('is made where it is not there, without what only the server says', async () => {
    const saved = map({ mtu: '1500' }, { uid: 'old', resourceVersion: '7', finalizers: ['x/y'] });
    expect(await write(null, saved)).toBe(true);
    const made = await read();
    expect(made.metadata.uid).not.toBe('old');
    expect(made.metadata.finalizers).toBeUndefined();
    expect(writes()).toEqual(['create']);
  });

  test('is made anew where it was deleted meanwhile', async () => {
    const before = client.set(map({ mtu: '1400' }));
    client.remove(REFERENCE);
    expect(await write(before, map({ mtu: '1500' }))).toBe(true);
    expect(writes()).toEqual(['create']);
  });

  test('that somebody else makes in the same moment is looked at first', async () => {
    onCall = ({ verb }) => {
      if (verb === 'create') client.set(map({ mtu: '9000' }));
    };
    await expect(write(null, map({ mtu: '1500' }))).rejects.toThrow(/was changed by somebody else/);
    expect(await read()).toMatchObject({ data: { mtu: '9000' } });
  });

  test('under deletion is not written', async () => {
    const gone = { deletionTimestamp: '2026-11-27T02:00:00Z', finalizers: ['x/y'] };
    const before = client.set(map({ mtu: '1400' }, gone));
    await expect(write(before, map({ mtu: '1500' }))).rejects.toThrow(
      'ConfigMap kube-system/calico-config is under deletion, held by its finalizers.',
    );
    expect(writes()).toEqual([]);
  });

  test('is deleted by its UID, and what is gone is not', async () => {
    const before = client.set(map({ mtu: '1400' }));
    const options: unknown[] = [];
    const watching = {
      ...client,
      delete: (reference: ObjectReference, how?: Parameters<FakeClusterClient['delete']>[1]) => {
        options.push(how);
        return client.delete(reference, how);
      },
    };
    const whole: ObjectWrite = { kind: 'object', object: REFERENCE, before, after: null };
    const { uid } = before.metadata;
    expect(uid).toBeDefined();
    expect(await writeObject(watching, whole)).toBe(true);
    expect(await writeObject(watching, whole)).toBe(false);
    expect(options).toEqual([{ propagation: 'Background', uid }]);
  });

  test('keeps the finalizers and owners that it has there', async () => {
    const owner = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system', uid: 'n' };
    const held = { finalizers: ['x/y'], ownerReferences: [owner] };
    const before = client.set(map({ mtu: '1400' }, held));
    const after = map(
      { mtu: '1500' },
      { finalizers: ['old/one'], ownerReferences: [{ ...owner, uid: 'old' }], uid: 'old' },
    );
    await write(before, after);
    const { metadata } = await read();
    expect(metadata).toMatchObject({ ...held, uid: before.metadata.uid });
  });
});

describe('in the place of a live object', () => {
  function service(spec: object): KubernetesObject {
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'calico-typha', namespace: 'kube-system' },
      spec,
    };
  }

  test('a Service keeps the addresses that it has', () => {
    const live = service({ clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], ports: [{ port: 1 }] });
    const saved = service({ clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5'], ports: [{ port: 2 }] });
    expect(inPlaceOf(saved, live)['spec']).toEqual({
      clusterIP: '10.96.0.9',
      clusterIPs: ['10.96.0.9'],
      ports: [{ port: 2 }],
    });
  });

  test('a Namespace keeps its spec, which takes no other', () => {
    const live: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'calico-system' },
      spec: { finalizers: ['kubernetes'] },
    };
    expect(inPlaceOf({ ...live, spec: {} }, live)['spec']).toEqual({ finalizers: ['kubernetes'] });
  });
});

test('nothing is written once it is told to stop, and no refused write is begun anew', async () => {
  client.set(map({ a: '1' }));
  const whole: ObjectWrite = {
    kind: 'object',
    object: REFERENCE,
    before: await read(),
    after: map({ a: '2' }),
  };
  await expect(writeObject(client, whole, AbortSignal.abort())).rejects.toThrow(ClusterError);
  const stop = new AbortController();
  onCall = ({ verb, name }) => {
    if (verb !== 'replace') return;
    stop.abort();
    throw refusal(verb, name, 409, 'conflict');
  };
  await expect(writeObject(client, whole, stop.signal)).rejects.toMatchObject({ status: 409 });
  expect(writes()).toEqual(['replace']);
  expect(await read()).toMatchObject({ data: { a: '1' } });
});

describe('a field', () => {
  const INSTALLATION: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'calico-config', namespace: 'kube-system', labels: { app: 'calico' } },
    spec: { strategy: { rollingUpdate: { maxUnavailable: 1 } }, variant: 'Calico' },
  };

  function set(field: readonly string[], after: unknown): Promise<boolean> {
    const one: FieldWrite = { kind: 'field', object: REFERENCE, field, before: undefined, after };
    return writeObject(client, one);
  }

  beforeEach(() => {
    client.set(INSTALLATION);
  });

  test('is set beside what others write', async () => {
    await client.replace(
      { ...INSTALLATION, spec: { variant: 'Calico', typhaMetricsPort: 9093 } },
      { fieldManager: 'kubectl-edit' },
    );
    expect(await set(['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'], 3)).toBe(true);
    expect((await read())['spec']).toEqual({
      variant: 'Calico',
      typhaMetricsPort: 9093,
      strategy: { rollingUpdate: { maxUnavailable: 3 } },
    });
  });

  test('is taken away, and maps that become empty with it', async () => {
    expect(await set(['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'], undefined)).toBe(true);
    expect((await read())['spec']).toEqual({ variant: 'Calico' });
  });

  test('of the metadata is written as well', async () => {
    expect(await set(['metadata', 'annotations', 'paused'], 'true')).toBe(true);
    const { metadata } = await read();
    expect(metadata).toMatchObject({ annotations: { paused: 'true' }, labels: { app: 'calico' } });
  });

  test.each([
    ['are set to others', ['one.example.com']],
    ['are all taken off', undefined],
  ])('finalizers %s', async (_, after) => {
    const finalizers = ['one.example.com', 'two.example.com'];
    client.set({ ...INSTALLATION, metadata: { ...INSTALLATION.metadata, finalizers } });
    expect(await set(['metadata', 'finalizers'], after)).toBe(true);
    expect((await read()).metadata.finalizers).toEqual(after);
  });

  test.each<[string, readonly string[], unknown]>([
    ['a scalar', ['spec', 'variant'], 'Calico'],
    ['a map', ['spec', 'strategy'], { rollingUpdate: { maxUnavailable: 1 } }],
    ['nothing', ['spec', 'other', 'field'], undefined],
  ])('that is as wanted already is not written: %s', async (_, field, after) => {
    expect(await set(field, after)).toBe(false);
    expect(writes()).toEqual([]);
  });

  test('of an object that is gone cannot be written', async () => {
    client.remove(REFERENCE);
    await expect(set(['spec', 'variant'], 'x')).rejects.toThrow(
      'ConfigMap kube-system/calico-config is not there any more.',
    );
  });

  test('begins anew where the object was written between read and write, and keeps what was written', async () => {
    let isFirst = true;
    onCall = async ({ verb }) => {
      if (verb !== 'replace' || !isFirst) return;
      isFirst = false;
      client.set({ ...INSTALLATION, spec: { variant: 'Calico', added: 1 } });
      await Promise.resolve();
    };
    expect(await set(['spec', 'registry'], 'r.example/')).toBe(true);
    expect((await read())['spec']).toEqual({ variant: 'Calico', added: 1, registry: 'r.example/' });
  });

  test('changes nothing of what it is given', () => {
    const before = structuredClone(INSTALLATION);
    withField(INSTALLATION, ['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'], undefined);
    expect(INSTALLATION).toEqual(before);
    const empty = { ...INSTALLATION, spec: { strategy: { rollingUpdate: {} } } };
    expect(withField(empty, ['spec', 'strategy', 'rollingUpdate', 'x'], undefined)).toBe(empty);
    expect(withField(INSTALLATION, ['spec', 'strategy', 'x'], 1)['spec']).toEqual({
      strategy: { rollingUpdate: { maxUnavailable: 1 }, x: 1 },
      variant: 'Calico',
    });
  });
});
