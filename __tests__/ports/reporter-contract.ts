/* eslint jest/no-export: off -- tests that run on the fake and on the real one */
import { describe, expect, test } from '@jest/globals';
import type { Annotation, Reporter } from '../../src/ports/reporter.js';

const annotation: Annotation = {
  severity: 'error',
  title: 't',
  message: 'm',
  path: 'a.yaml',
  line: 1,
  column: 1,
};

/** What every reporter does; `build` makes one for which nothing outside works, where there is an outside. */
export function describeReporter(name: string, build: () => Reporter): void {
  describe(`${name}: reporter`, () => {
    test('never throws, even where nothing can be written', async () => {
      const reporter = build();
      reporter.mask('');
      reporter.mask('a secret');
      for (const say of [reporter.info, reporter.warning, reporter.error, reporter.progress]) say('text');
      reporter.annotate([annotation, { ...annotation, path: '', line: 0, column: 0 }]);
      reporter.setOutputs({ result: 'passed', empty: '' });
      await expect(reporter.writeSummary('# summary')).resolves.toBeUndefined();
    });

    test('a group gives what its run gives', async () => {
      await expect(build().group('title', () => Promise.resolve(7))).resolves.toBe(7);
    });

    test('a group throws what its run throws', async () => {
      await expect(build().group('title', () => Promise.reject(new Error('inside')))).rejects.toThrow(
        'inside',
      );
    });
  });
}
