import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Answers as agnhost's netexec does, and can be made to fail. */
export interface EchoServer {
  readonly tcpPort: number;
  readonly udpPort: number;
  /** Answers nothing (HTTP later, UDP never) until what this gives is called, which tells how long that was, in ms. */
  readonly goSilent: () => () => number;
  /** Breaks off all connections that there are; gives how many. */
  readonly reset: () => number;
  /** Answers the next UDP question after the one that follows it. */
  readonly swapNext: () => void;
  readonly close: () => Promise<void>;
}

export async function startEchoServer(): Promise<EchoServer> {
  let isSilent = false;
  let swap: 'no' | 'next' | (() => void) = 'no';
  const held: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const http = createServer((request, response) => {
    const message = new URL(request.url ?? '', 'http://echo').searchParams.get('msg');
    if (isSilent) held.push(() => response.end(message));
    else response.end(message);
  });
  http.keepAliveTimeout = 600_000;
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const udp = createSocket('udp4', (message, { port, address }) => {
    const answer = (): void => udp.send(message.subarray('echo '.length), port, address);
    if (isSilent) return;
    if (swap === 'next') {
      swap = answer;
      return;
    }
    answer();
    if (typeof swap === 'function') swap();
    if (typeof swap === 'function') swap = 'no';
  });
  http.listen(0, '127.0.0.1');
  udp.bind(0, '127.0.0.1');
  await Promise.all([once(http, 'listening'), once(udp, 'listening')]);
  return {
    tcpPort: (http.address() as AddressInfo).port,
    udpPort: udp.address().port,
    goSilent() {
      const begun = Date.now();
      isSilent = true;
      return () => {
        isSilent = false;
        for (const answer of held.splice(0)) answer();
        return Date.now() - begun;
      };
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
      return sockets.size;
    },
    swapNext() {
      swap = 'next';
    },
    async close() {
      udp.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
