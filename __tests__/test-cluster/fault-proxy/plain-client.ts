import { Agent, request as httpsRequest } from 'node:https';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';

/** What a client that knows nothing of Kubernetes asks. */
export interface PlainRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How an answer ended: as it said, by a connection that broke, or not at all. */
export type Ending = 'whole' | 'broken' | 'silent';

/** What came back. */
export interface PlainAnswer {
  /** Null where not even a status came. */
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly ending: Ending;
}

/** An answer that is under way. */
export interface Conversation {
  /** What has come so far. */
  readonly text: () => string;
  readonly answer: Promise<PlainAnswer>;
  readonly hangUp: () => void;
}

/** An HTTPS client that tries once, and says what it saw. */
export interface PlainClient {
  /** An answer that has not ended after `silenceMs` counts as silent. */
  readonly ask: (request: PlainRequest, silenceMs?: number) => Promise<PlainAnswer>;
  readonly start: (request: PlainRequest) => Conversation;
  /** The connection of another protocol; the answer where the server would not have it. */
  readonly upgrade: (path: string) => Promise<Duplex | PlainAnswer>;
  readonly close: () => void;
}

const SILENCE_MS = 5000;

/** A client of the server that a kubeconfig names, with its token. */
export function createPlainClient(kubeconfig: string): PlainClient {
  const { clusters, users } = JSON.parse(kubeconfig) as ReadableKubeconfig;
  const ca = Buffer.from(clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
  const agent = new Agent({ keepAlive: true, ca });
  const token = users[0]?.user.token;
  const open = ({ method = 'GET', path, headers = {} }: PlainRequest): ClientRequest =>
    httpsRequest(new URL(path, clusters[0]?.cluster.server), {
      agent,
      method,
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });
  const start = (request: PlainRequest): Conversation => converse(open(request), request.body);
  return {
    start,
    close: () => agent.destroy(),
    async ask(request, silenceMs = SILENCE_MS) {
      const conversation = start(request);
      const timer = setTimeout(conversation.hangUp, silenceMs);
      const answer = await conversation.answer;
      clearTimeout(timer);
      return answer;
    },
    upgrade(path) {
      const headers = { connection: 'Upgrade', upgrade: 'websocket' };
      const outgoing = open({ path, headers });
      return new Promise((resolve) => {
        outgoing.on('upgrade', (_answer, socket: Duplex) => {
          socket.on('error', () => undefined);
          resolve(socket);
        });
        void converse(outgoing, undefined).answer.then(resolve);
      });
    },
  };
}

interface ReadableKubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly { readonly user: { readonly token?: string } }[];
}

function converse(outgoing: ClientRequest, body: string | undefined): Conversation {
  let text = '';
  let status: number | null = null;
  let headers: IncomingHttpHeaders = {};
  let isGivenUp = false;
  const answer = new Promise<PlainAnswer>((resolve) => {
    const end = (isWhole: boolean): void => {
      resolve({ status, headers, text, ending: isWhole ? 'whole' : isGivenUp ? 'silent' : 'broken' });
    };
    outgoing.on('error', () => end(false));
    outgoing.on('response', (incoming) => {
      status = incoming.statusCode ?? null;
      ({ headers } = incoming);
      incoming.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      incoming.on('error', () => undefined);
      incoming.on('close', () => end(incoming.complete && !isGivenUp));
    });
  });
  outgoing.end(body);
  return {
    text: () => text,
    answer,
    hangUp() {
      isGivenUp = true;
      outgoing.destroy();
    },
  };
}
