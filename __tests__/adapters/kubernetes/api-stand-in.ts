import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Authority, createAuthority } from '../../../test-cluster/certificates/certificate.js';

/** A request that came, and who it came from. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Common name of the client certificate; empty where there is none. */
  readonly commonName: string;
  readonly body: string;
}

/** An HTTPS server in an API server's place: it answers what it is told and remembers what it was asked. */
export interface ApiStandIn {
  readonly server: string;
  readonly port: number;
  readonly authority: Authority;
  readonly seen: SeenRequest[];
  /** Status of an answer to a request; the body is a version. */
  answer: (request: SeenRequest) => number;
  /** Writes the whole answer, where a status is not enough; null: `answer` says it. */
  respond: ((request: SeenRequest, response: ServerResponse) => void) | null;
  /** What is written to a WebSocket: the channel and its text each; then it is closed. */
  exec: (request: SeenRequest) => readonly (readonly [channel: number, text: string])[];
  /** Has a connection of another protocol to itself, from its first line on; null: a WebSocket, as `exec` says. */
  upgrade: ((request: SeenRequest, socket: Duplex) => void) | null;
  readonly stop: () => Promise<void>;
}

export async function startApiStandIn(): Promise<ApiStandIn> {
  const authority = createAuthority('stand-in');
  const identity = authority.issue({ commonName: 'stand-in', names: ['127.0.0.1'], usages: ['server'] });
  const server = createServer({
    cert: identity.certificate,
    key: identity.key,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const standIn: ApiStandIn = {
    server: `https://127.0.0.1:${port}`,
    port,
    authority,
    seen: [],
    answer: () => 200,
    respond: null,
    exec: () => [],
    upgrade: null,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
  server.on('request', (request, response) => void answerRequest(standIn, request, response));
  server.on('upgrade', (request, socket: Duplex) => {
    const seen = describe(request, socket as unknown as Identified, '');
    standIn.seen.push(seen);
    if (standIn.upgrade !== null) standIn.upgrade(seen, socket);
    else speakWebSocket(socket, request.headers['sec-websocket-key'] ?? '', standIn.exec(seen));
  });
  return standIn;
}

async function answerRequest(
  standIn: ApiStandIn,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = '';
  request.setEncoding('utf8');
  try {
    for await (const piece of request) body += piece as string;
  } catch {
    return; // the client went away before it had said all
  }
  const seen = describe(request, request.socket as unknown as Identified, body);
  standIn.seen.push(seen);
  if (standIn.respond !== null) {
    standIn.respond(seen, response);
    return;
  }
  response.writeHead(standIn.answer(seen), { 'content-type': 'application/json' });
  response.end('{"gitVersion":"v1.34.4","platform":"linux/amd64"}');
}

/** A connection that may have brought a client certificate. */
type Identified = Pick<TLSSocket, 'getPeerCertificate'>;

function describe(request: IncomingMessage, socket: Identified, body: string): SeenRequest {
  const subject = socket.getPeerCertificate().subject as { CN?: string } | undefined;
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    commonName: subject?.CN ?? '',
    body,
  };
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The server's half of RFC 6455, for messages that fit one frame each. */
function speakWebSocket(socket: Duplex, key: string, messages: readonly (readonly [number, string])[]): void {
  socket.on('error', () => undefined);
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Protocol: v5.channel.k8s.io',
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  for (const [channel, text] of messages)
    socket.write(frame(2, Buffer.concat([Buffer.from([channel]), Buffer.from(text)])));
  socket.write(frame(8, Buffer.from([0x03, 0xe8])));
  socket.resume();
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const size =
    length < 126 ? Buffer.from([length]) : Buffer.from([126, Math.floor(length / 256), length % 256]);
  return Buffer.concat([Buffer.from([0x80 | opcode]), size, payload]);
}
