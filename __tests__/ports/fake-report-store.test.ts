import { expect, test } from '@jest/globals';
import { createFakeReportStore } from './fake-report-store.js';
import { describeReportStore } from './report-store-contract.js';

describeReportStore('fake', () => {
  const store = createFakeReportStore('out');
  return { store, read: store.text, names: () => [...store.files.keys()] };
});

test('a fake store throws the failure that it is made with', () => {
  expect(() => createFakeReportStore('out', new Error('full')).write('a', 'b')).toThrow('full');
});
