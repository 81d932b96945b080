import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Fault } from './faults.js';
import { statusBody } from './forward.js';
import type { RecordedRequest } from './recorder.js';
import type { Upstream } from './upstream.js';

/** A request that becomes a connection of another protocol: exec, attach, port-forward. */
export interface UpgradeExchange {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly record: RecordedRequest;
  readonly fault: Fault | null;
}

/** Joins client and server, or does as the fault says; half an answer and an expired list are none of an upgrade. */
export function forwardUpgrade(exchange: UpgradeExchange, upstream: Upstream): void {
  const { fault, socket } = exchange;
  socket.on('error', () => socket.destroy());
  const isBefore = (fault?.kind === 'reset' || fault?.kind === 'stall') && fault.at === 'before';
  if (fault?.kind === 'status') refuse(socket, fault.status, JSON.stringify(statusBody(fault.status)));
  else if (!isBefore) setTimeout(() => join(exchange, upstream), fault?.kind === 'latency' ? fault.ms : 0);
  else if (fault.kind === 'reset') socket.destroy();
}

function join(exchange: UpgradeExchange, upstream: Upstream): void {
  const { request, socket, head, record, fault } = exchange;
  const outgoing = upstream.open({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
  });
  record.isForwarded = true;
  outgoing.on('upgrade', (answer, server, serverHead) => {
    record.status = answer.statusCode ?? null;
    server.on('error', () => socket.destroy());
    server.on('close', () => socket.destroy());
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
    answer.on('end', () => refuse(socket, answer.statusCode ?? 502, text));
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

function refuse(socket: Duplex, status: number, text: string): void {
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
