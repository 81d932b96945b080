import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAuthority } from '../certificates/certificate.js';
import { type Cut, createCut } from './cut.js';
import { createFaultPlan, type FaultPlan, type Moment } from './faults.js';
import { answerWithFault, type Exchange } from './forward.js';
import { createRecorder, type Recorder } from './recorder.js';
import { describeRequest, type RequestInfo } from './request-info.js';
import { faultOfUpgrade, forwardUpgrade } from './upgrade.js';
import { readUpstream, renderProxyKubeconfig, type Upstream } from './upstream.js';

/** A proxy between a client and an API server that makes things go wrong. */
export interface FaultProxy extends Pick<FaultPlan, 'add' | 'disturb'> {
  /** The text of a kubeconfig for the proxy: the same user, if by other means. */
  readonly kubeconfig: string;
  readonly server: string;
  /** What came by. */
  readonly seen: Recorder;
  /** Ends every fault and what {@link cutAtWrite} did. */
  readonly heal: () => void;
  /**
   * Lets the line die at the N-th write from now: before the server sees it, or after it was carried out and before the
   * answer is back. From then on nothing gets through, as if the machine of the client were gone; until `heal`. What is
   * open breaks.
   *
   * @param onCut - called when it is so far and before the client sees anything: the moment to kill the client at
   * @param isCounted - which writes count; all where nothing is said. The others come through until then
   */
  readonly cutAtWrite: (
    nth: number,
    at: Moment,
    onCut?: () => void,
    isCounted?: (write: RequestInfo) => boolean,
  ) => void;
  readonly isCut: () => boolean;
  /** Refuses every write from now on with this status. */
  readonly refuseWrites: (status?: number) => void;
  /** Breaks all open watches. */
  readonly breakWatches: () => void;
  /** Lets all open watches say no more, without an end; also those that the server has not answered yet. */
  readonly stallWatches: () => void;
  readonly stop: () => Promise<void>;
}

/** How a proxy is started. */
export interface FaultProxyOptions {
  /** The text of a kubeconfig; of its current context, the server, a token or a client certificate are used. */
  readonly kubeconfig: string;
  /** Of all that is left to chance. Default: 1. */
  readonly seed?: number;
}

/** Starts a proxy on loopback, with a certificate of its own. Nothing goes wrong until it is told so. */
export async function startFaultProxy({ kubeconfig, seed = 1 }: FaultProxyOptions): Promise<FaultProxy> {
  const upstream = readUpstream(kubeconfig);
  const authority = createAuthority('fault-proxy');
  const identity = authority.issue({ commonName: 'fault-proxy', names: ['127.0.0.1'], usages: ['server'] });
  const plan = createFaultPlan(seed);
  const seen = createRecorder();
  const cut = createCut();
  const sockets = new Set<Socket>();
  const open = new Set<Duplex | ServerResponse>();
  const watches = new Set<Exchange>();
  const server = createServer({ cert: identity.certificate, key: identity.key });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const tools = { upstream, plan, seen, cut, open, watches };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void serve(request, response, tools);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    serveUpgrade(request, socket, head, tools);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sever = (): void => open.forEach((connection) => connection.destroy());
  return {
    kubeconfig: renderProxyKubeconfig(upstream, address, authority.certificate),
    server: address,
    seen,
    add: plan.add,
    disturb: plan.disturb,
    isCut: cut.isCut,
    cutAtWrite: (nth, at, onCut = () => undefined, isCounted = () => true) =>
      cut.arm({ nth, at, isCounted, sever, onCut }),
    refuseWrites: (status = 503) => plan.add({ match: { isWrite: true }, fault: { kind: 'status', status } }),
    heal() {
      plan.clear();
      cut.mend();
    },
    breakWatches: () => watches.forEach((watch) => watch.response.destroy()),
    stallWatches: () => watches.forEach((watch) => watch.muting.abort()),
    async stop() {
      for (const socket of sockets) socket.destroy();
      upstream.close();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

interface Tools {
  readonly upstream: Upstream;
  readonly plan: FaultPlan;
  readonly seen: Recorder;
  readonly cut: Cut;
  /** Answers, and connections of other protocols, that have not ended. */
  readonly open: Set<Duplex | ServerResponse>;
  readonly watches: Set<Exchange>;
}

async function serve(request: IncomingMessage, response: ServerResponse, tools: Tools): Promise<void> {
  const body = await readBody(request);
  if (body === null) return;
  const info = describeRequest({ ...lineOf(request), body: body.toString('utf8') });
  const record = tools.seen.begin(info);
  const cut = tools.cut.next(info);
  const fault = cut?.fault ?? tools.plan.next(info);
  record.fault = fault?.kind ?? null;
  const muting = new AbortController();
  const exchange = { request, response, body, info, record, muting, onFault: cut?.onFault };
  remember(response, tools.open);
  if (info.verb === 'watch') {
    tools.watches.add(exchange);
    response.on('close', () => tools.watches.delete(exchange));
  }
  answerWithFault(exchange, fault, tools.upstream);
}

function serveUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, tools: Tools): void {
  const info = describeRequest({ ...lineOf(request), body: '' });
  const record = tools.seen.begin(info);
  const fault = faultOfUpgrade(tools.cut.next(info)?.fault ?? tools.plan.next(info));
  record.fault = fault?.kind ?? null;
  remember(socket, tools.open);
  forwardUpgrade({ request, socket, head, record, fault }, tools.upstream);
}

function remember(connection: Duplex | ServerResponse, open: Tools['open']): void {
  open.add(connection);
  connection.on('close', () => open.delete(connection));
}

function lineOf(request: IncomingMessage): { method: string; url: string; contentType: string } {
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    contentType: request.headers['content-type'] ?? '',
  };
}

/** Null where the client went away before it had said all. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of request) pieces.push(piece as Buffer);
  } catch {
    return null;
  }
  return Buffer.concat(pieces);
}
