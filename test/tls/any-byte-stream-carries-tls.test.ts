import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { connectTls, TlsServer } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { pki } from '../helpers/pki.js';
import { closed, echoed, failure, startTlsEchoServer } from './ends.js';

/** Something that is no socket, in front of one; nothing but a stream. */
class Wire extends Duplex {
  readonly #socket: net.Socket;

  constructor(socket: net.Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.#socket.write(chunk, () => callback());
  }

  override _final(callback: () => void): void {
    this.#socket.end(callback);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#socket.destroy();
    callback(error);
  }
}

async function wireTo(t: ExecutionContext, port: number): Promise<Wire> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.teardown(() => void socket.destroy());
  await once(socket, 'connect');
  return new Wire(socket);
}

const psk = { [client1.identity]: client1.key };

test('a connection over it works and ends like another', async (t) => {
  const { port } = await startTlsEchoServer(t, { psk });
  const wire = await wireTo(t, port);
  const client = await connectTls({ socket: wire, psk: client1 });
  t.is(await echoed(client, 'ping'), 'ping');
  t.is(client.remoteAddress, undefined);
  t.is(client.bytesRead, 0);
  client.resume();
  client.end();
  await closed(client);
  t.true(wire.destroyed);
  t.false(client.truncated);
});

test('an attempt that fails closes it', async (t) => {
  const { port } = await startTlsEchoServer(t, { psk });
  const refused = await wireTo(t, port);
  const stranger = { identity: 'stranger', key: client1.key };
  await t.throwsAsync(connectTls({ socket: refused, psk: stranger }), { code: 'ERR_ALERT_RECEIVED' });
  await closed(refused);
  const aborted = await wireTo(t, port);
  const signal = AbortSignal.abort();
  await t.throwsAsync(connectTls({ socket: aborted, psk: client1, signal }), { code: 'ABORT_ERR' });
  t.true(aborted.destroyed);
});

test('its own error becomes that of the connection', async (t) => {
  const { port } = await startTlsEchoServer(t, { psk });
  const wire = await wireTo(t, port);
  const client = await connectTls({ socket: wire, psk: client1 });
  const failed = failure(client);
  const cause = new Error('the wire is cut');
  wire.destroy(cause);
  const error = await failed;
  t.like(error, { code: 'EIO', cause });
  t.regex(error.message, /the wire is cut/);
});

test('one that is closed already is no place to connect over', async (t) => {
  const { port } = await startTlsEchoServer(t, { psk });
  const wire = await wireTo(t, port);
  wire.destroy();
  await t.throwsAsync(connectTls({ socket: wire, psk: client1 }), { code: 'ERR_CLOSED' });
});

test('one that its owner destroys without a word ends the connection with an error', async (t) => {
  const { port } = await startTlsEchoServer(t, { psk });
  const wire = await wireTo(t, port);
  const client = await connectTls({ socket: wire, psk: client1 });
  const failed = failure(client);
  wire.destroy();
  t.is((await failed).code, 'ERR_CLOSED');
  await closed(client);
});

test('a certificate needs a name to be compared with', async (t) => {
  const { port } = await startTlsEchoServer(t);
  const ca = (await pki.root()).pem;
  const wire = await wireTo(t, port);
  await t.throwsAsync(connectTls({ socket: wire, ca }), { code: 'ERR_INVALID_OPTION', message: /checkName/ });
  t.false(wire.destroyed);
  const client = await connectTls({ socket: wire, ca, servername: 'localhost' });
  t.true(client.authorized);
  client.destroy();
  const other = await connectTls({ socket: await wireTo(t, port), ca, checkName: false });
  t.true(other.authorized);
  other.destroy();
});

test('TLS goes over TLS', async (t) => {
  const inner = await startTlsEchoServer(t, { psk });
  const { port } = await startRelay(t, inner.port);
  const outer = await connectTls({ host: '127.0.0.1', port, psk: client1, allowHalfOpen: true });
  const client = await connectTls({ socket: outer, psk: client1 });
  t.is(await echoed(client, 'ping'), 'ping');
  await client.close();
  t.true(outer.destroyed);
});

/** A TLS server whose plaintext goes on to a port. */
async function startRelay(t: ExecutionContext, target: number): Promise<{ port: number }> {
  const server = new TlsServer({ psk });
  t.teardown(() => server.close());
  server.on('connection', (socket) => {
    const onward = net.connect(target, '127.0.0.1');
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  return server.listen({ host: '127.0.0.1' });
}
