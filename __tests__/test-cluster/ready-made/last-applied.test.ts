import { describe, expect, it } from '@jest/globals';
import { textAt } from '../../../test-cluster/ready-made/fields.js';
import {
  goJson,
  LAST_APPLIED,
  lastApplied,
  withLastApplied,
} from '../../../test-cluster/ready-made/last-applied.js';

const object = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'a', namespace: 'b' },
  data: { z: '<&>', a: 'one' },
};

describe('the annotation of kubectl apply', () => {
  it('holds the object with sorted names, no annotations and the escapes of Go', () => {
    expect(textAt(withLastApplied(object), 'metadata', 'annotations', LAST_APPLIED)).toBe(
      '{"apiVersion":"v1","data":{"a":"one","z":"\\u003c\\u0026\\u003e"},"kind":"ConfigMap",' +
        '"metadata":{"annotations":{},"name":"a","namespace":"b"}}\n',
    );
  });

  it('does not hold itself where an object is applied again', () => {
    const once = withLastApplied(object);
    expect(withLastApplied(once as never)).toEqual(once);
  });

  it('gives back what was applied', () => {
    expect(lastApplied(withLastApplied(object) as never)).toEqual({
      ...object,
      metadata: { ...object.metadata, annotations: {} },
    });
  });

  it('is nothing where nobody applied', () => {
    expect(lastApplied(object)).toBeNull();
  });
});

describe('goJson', () => {
  it('sorts at every depth and leaves lists in their order', () => {
    expect(goJson({ b: [{ d: 1, c: 2 }, 3], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1},3]}');
  });
});
