/* eslint jest/no-export: off -- tests that run on the fake and on the real one */
import { describe, expect, test } from '@jest/globals';
import type { ReportStore } from '../../src/ports/report-store.js';

/** What a store is to be tried with. */
export interface StoreUnderTest {
  readonly store: ReportStore;
  readonly read: (name: string) => string;
  readonly names: () => readonly string[];
}

/** What every report store does; `build` makes an empty one whose directory is named `out`. */
export function describeReportStore(name: string, build: () => StoreUnderTest): void {
  describe(`${name}: report store`, () => {
    test('keeps what it is given, text and bytes, and says where', () => {
      const { store, read } = build();
      expect(store.write('report.json', '{"ü":1}\n')).toBe('out/report.json');
      expect(store.write('bytes.bin', Uint8Array.of(97, 98))).toBe('out/bytes.bin');
      expect([read('report.json'), read('bytes.bin')]).toEqual(['{"ü":1}\n', 'ab']);
    });

    test('puts a file in the place of the one before', () => {
      const { store, read, names } = build();
      store.write('report.json', 'a long text');
      store.write('report.json', 'short');
      expect([read('report.json'), names()]).toEqual(['short', ['report.json']]);
    });

    test('makes the folders of a name', () => {
      const { store, read } = build();
      expect(store.write('backup/objects/a.json', '1')).toBe('out/backup/objects/a.json');
      expect(read('backup/objects/a.json')).toBe('1');
    });

    test.each(['', '/etc/passwd', '../a', 'a/../../b'])('refuses the name %j', (bad) => {
      const { store, names } = build();
      expect(() => store.write(bad, 'x')).toThrow('Not a file name');
      expect(names()).toEqual([]);
    });
  });
}
