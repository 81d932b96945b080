/**
 * Istio and Dikastes as the network of a real node sees them, played: a proxy before one pod that answers 403 to what no
 * rule allows, and the injector's webhook, which adds containers to pods. Hears what it is to do from its parent:
 * `{ target, allowed, isSilent }`, `{ certificate, key, port, containers }`. Runs until its parent lets go.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

interface Told {
  /** The pod; null where there is none. */
  readonly target?: string | null;
  /** Paths that may be asked for with GET; null for all. */
  readonly allowed?: readonly string[] | null;
  readonly isSilent?: boolean;
  readonly webhook?: {
    readonly certificate: string;
    readonly key: string;
    readonly port: number;
    readonly containers: readonly object[];
  };
}

const [proxyPort = ''] = process.argv.slice(2);
const POD_PORT = 8080;
let told: Told = { target: null, allowed: null };

process.on('message', (message: Told) => {
  if (message.webhook) inject(message.webhook);
  else told = message;
});
process.on('disconnect', () => process.exit());

createServer((incoming, outgoing) => {
  const { target, allowed = null, isSilent = false } = told;
  if (isSilent) return;
  if (allowed !== null && !(incoming.method === 'GET' && allowed.includes(incoming.url ?? ''))) {
    outgoing.writeHead(403, { server: 'istio-envoy' }).end();
  } else if (target == null) outgoing.writeHead(503).end();
  else forward(target, incoming, outgoing);
}).listen(Number(proxyPort), '0.0.0.0', () => process.send?.('ready'));

function forward(host: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { url, method, headers } = incoming;
  const onward = request({ host, port: POD_PORT, path: url, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.headersSent || outgoing.writeHead(503).end());
  incoming.pipe(onward);
}

/** Adds the containers to every pod that it is asked about: who is to get them the API server knows. */
function inject({ certificate, key, port, containers }: NonNullable<Told['webhook']>): void {
  const patch = containers.map((value) => ({ op: 'add', path: '/spec/containers/-', value }));
  const answer = { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
  createSecureServer({ cert: certificate, key }, (incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const review = JSON.parse(Buffer.concat(parts).toString()) as { request: { uid: string } };
      const response = { uid: review.request.uid, allowed: true, ...answer };
      const text = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
      outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(text));
    });
  }).listen(port, '0.0.0.0', () => process.send?.('injects'));
}
