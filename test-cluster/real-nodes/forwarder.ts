/**
 * Carries TCP connections from a listener that another process made, in another network namespace, to an address that
 * can be reached from this one: `node forwarder.ts ADDRESS PORT`. Runs until it is killed.
 */
import { connect, type Server, type Socket } from 'node:net';

const [host = '', port = ''] = process.argv.slice(2);

process.once('message', (_, listener) => {
  const server = listener as Server & { allowHalfOpen: boolean };
  server.allowHalfOpen = true;
  server.on('connection', forward);
  process.send?.('ready');
});

function forward(incoming: Socket): void {
  const outgoing = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
  incoming.setNoDelay(true);
  join(incoming, outgoing);
  join(outgoing, incoming);
}

/** What ends or breaks one side does so to the other. */
function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', () => {
    if (!from.readableEnded) to.destroy();
  });
}
