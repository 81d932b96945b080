import type { ClusterClient, ListPage } from '../ports/cluster-client.js';

/** A client that counts what is asked of it: each page of a list and each opening of a watch is one. */
export function countRequests(client: ClusterClient): {
  readonly client: ClusterClient;
  readonly count: () => number;
} {
  let requests = 0;
  const one =
    <Args extends readonly unknown[], Result>(run: (...args: Args) => Result) =>
    (...args: Args): Result => {
      requests += 1;
      return run(...args);
    };
  async function* list(...args: Parameters<ClusterClient['list']>): AsyncGenerator<ListPage> {
    for await (const page of client.list(...args)) {
      requests += 1;
      yield page;
    }
  }
  return {
    count: () => requests,
    client: {
      ...client,
      get: one(client.get),
      watch: one(client.watch),
      apply: one(client.apply),
      create: one(client.create),
      patch: one(client.patch),
      replace: one(client.replace),
      delete: one(client.delete),
      exec: one(client.exec),
      logs: one(client.logs),
      list,
    },
  };
}
