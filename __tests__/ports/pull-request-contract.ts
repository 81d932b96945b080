/* eslint jest/no-export: off -- tests that run on the fake and on the real one */
import { describe, expect, test } from '@jest/globals';
import type { PullRequest } from '../../src/ports/pull-request.js';
import type { FakePullRequestState } from './fake-pull-request.js';

/** What a pull request is to be tried with. */
export interface PullRequestUnderTest {
  readonly pull: PullRequest;
  readonly bodies: () => readonly string[];
}

const MARKER = '<!-- marker -->';

/** What every pull request does; `build` makes one in the given state. */
export function describePullRequest(
  name: string,
  build: (state: Pick<FakePullRequestState, 'files' | 'base' | 'comments'>) => PullRequestUnderTest,
): void {
  describe(`${name}: pull request`, () => {
    test('lists what it changes, with the path before a rename', async () => {
      const files = [
        { path: 'a.yaml', status: 'added', previousPath: null },
        { path: 'b.yaml', status: 'modified', previousPath: null },
        { path: 'c.yaml', status: 'removed', previousPath: null },
        { path: 'd/e.yaml', status: 'renamed', previousPath: 'd.yaml' },
      ] as const;
      await expect(build({ files }).pull.changedFiles()).resolves.toEqual({ files, isComplete: true });
    });

    test.each(['a.yaml', 'folder/ü b#?%.yaml'])('reads %s of the base branch', async (path) => {
      const bytes = await build({ base: { [path]: 'tag: v3\r\n' } }).pull.readBase(path);
      expect(Buffer.from(bytes ?? []).toString()).toBe('tag: v3\r\n');
    });

    test('reads an empty file as no bytes, and a missing one as null', async () => {
      const { pull } = build({ base: { 'empty.yaml': '' } });
      await expect(pull.readBase('empty.yaml')).resolves.toHaveLength(0);
      await expect(pull.readBase('missing.yaml')).resolves.toBeNull();
    });

    test('makes one comment, updates it, and leaves it where nothing is new', async () => {
      const { pull, bodies } = build({ comments: [{ body: 'hello', isBot: false }] });
      const first = `${MARKER}\nfailed`;
      const second = `${MARKER}\npassed`;
      await expect(pull.upsertComment(first, MARKER)).resolves.toBe('created');
      await expect(pull.upsertComment(second, MARKER)).resolves.toBe('updated');
      await expect(pull.upsertComment(second, MARKER)).resolves.toBe('unchanged');
      expect(bodies()).toEqual(['hello', second]);
    });

    test('leaves comments alone that a person wrote with our marker, or a bot without it', async () => {
      const comments = [
        { body: `> ${MARKER} quoted`, isBot: false },
        { body: 'coverage', isBot: true },
      ];
      const { pull, bodies } = build({ comments });
      await expect(pull.upsertComment(`${MARKER} ours`, MARKER)).resolves.toBe('created');
      expect(bodies()).toEqual([...comments.map(({ body }) => body), `${MARKER} ours`]);
    });

    test('makes no comment where it is only to update one', async () => {
      const { pull, bodies } = build({});
      await expect(pull.upsertComment(`${MARKER} ours`, MARKER, 'skip')).resolves.toBe('none');
      expect(bodies()).toEqual([]);
    });
  });
}
