import { type IncomingHttpHeaders, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Fault } from './faults.js';
import { statusBody } from './forward.js';
import type { RecordedRequest } from './recorder.js';
import type { Upstream } from './upstream.js';

/** Half an answer and an expired list are none of an upgrade. */
export type UpgradeFault = Exclude<Fault, { readonly kind: 'half' | 'expired' }>;

/** A request that becomes a connection of another protocol: exec, attach, port-forward. */
export interface UpgradeExchange {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly record: RecordedRequest;
  readonly fault: UpgradeFault | null;
}

/** The fault, where an upgrade can have it. */
export function faultOfUpgrade(fault: Fault | null): UpgradeFault | null {
  return fault === null || fault.kind === 'half' || fault.kind === 'expired' ? null : fault;
}

/** Joins client and server, or does as the fault says. */
export function forwardUpgrade(exchange: UpgradeExchange, upstream: Upstream): void {
  const { fault, socket } = exchange;
  socket.on('error', () => socket.destroy());
  switch (fault?.kind) {
    case 'status':
      refuse(socket, fault.status, JSON.stringify(statusBody(fault.status)), {
        'retry-after': fault.retryAfterSeconds?.toString(),
      });
      break;
    case 'latency': {
      const timer = setTimeout(() => join(exchange, upstream), fault.ms);
      socket.on('close', () => clearTimeout(timer));
      break;
    }
    case 'reset':
      if (fault.at === 'before') socket.destroy();
      else join(exchange, upstream);
      break;
    case 'stall':
      if (fault.at === 'after') join(exchange, upstream);
      break;
    case undefined:
      join(exchange, upstream);
  }
}

function join({ request, socket, head, record, fault }: UpgradeExchange, upstream: Upstream): void {
  const outgoing = upstream.open({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
  });
  record.isForwarded = true;
  socket.on('close', () => outgoing.destroy());
  outgoing.on('upgrade', (answer, server, serverHead) => {
    record.status = answer.statusCode ?? null;
    server.on('error', () => socket.destroy());
    // What the server has said is still on its way to the client.
    server.on('close', () => socket.end());
    socket.on('close', () => server.destroy());
    if (fault?.kind === 'reset') return void socket.destroy();
    if (fault?.kind === 'stall') return;
    socket.write(headOf(answer));
    if (serverHead.length > 0) socket.write(serverHead);
    if (head.length > 0) server.write(head);
    server.pipe(socket);
    socket.pipe(server);
  });
  outgoing.on('response', (answer) => {
    record.status = answer.statusCode ?? null;
    let text = '';
    answer.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    answer.on('end', () => {
      if (fault?.kind === 'reset') socket.destroy();
      else if (fault?.kind !== 'stall') refuse(socket, answer.statusCode ?? 502, text, answer.headers);
    });
  });
  outgoing.on('error', () => socket.destroy());
  outgoing.end();
}

function headOf(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode ?? 101} ${answer.statusMessage ?? ''}`];
  for (let index = 0; index < answer.rawHeaders.length; index += 2)
    lines.push(`${answer.rawHeaders[index] ?? ''}: ${answer.rawHeaders[index + 1] ?? ''}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function refuse(socket: Duplex, status: number, text: string, headers: IncomingHttpHeaders): void {
  const retryAfter = headers['retry-after'];
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      `content-type: ${headers['content-type'] ?? 'application/json'}`,
      `content-length: ${Buffer.byteLength(text)}`,
      ...(retryAfter === undefined ? [] : [`retry-after: ${retryAfter}`]),
      'connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
