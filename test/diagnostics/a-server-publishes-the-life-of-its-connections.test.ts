import test, { type ExecutionContext } from 'ava';
import {
  DtlsServer,
  type DtlsSocket,
  diagnosticsChannels,
  type ServerConnectionCloseMessage,
  type ServerHandshakeErrorMessage,
  type ServerHandshakeFinishMessage,
  type ServerListeningMessage,
  type ServerMessage,
  TlsServer,
  type TlsSocket,
} from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { alertPeerCompiler, sendAlert, startAlertPeer } from '../helpers/foreign/alert-peer.js';
import { testWith } from '../helpers/foreign/tools.js';
import { dial, startServer } from '../helpers/ours.js';
import { until, within } from '../helpers/within.js';
import { dialTls, nextConnection, startTlsServer } from '../tls/ends.js';
import { RecordTap } from '../tls/record-tap.js';
import { published } from './published.js';

const psk = { [client1.identity]: client1.key };
const stranger = { identity: 'stranger', key: client1.key };

const transports = {
  dtls: {
    make: () => new DtlsServer({ psk }),
    dial: (t: ExecutionContext, port: number, who = client1) => dial(t, port, { psk: who }),
  },
  tls: {
    make: () => new TlsServer({ psk }),
    dial: (t: ExecutionContext, port: number, who = client1) => dialTls(t, port, { psk: who }),
  },
};

for (const [protocol, { make, dial: connect }] of Object.entries(transports)) {
  test(`${protocol}: each message comes right before its event`, async (t) => {
    const server: DtlsServer | TlsServer = make();
    t.teardown(() => server.close());
    const seen: string[] = [];
    for (const name of ['serverListening', 'serverHandshakeFinish', 'serverConnectionClose', 'serverClose'] as const) {
      published<ServerMessage>(t, diagnosticsChannels[name], about(server), () => void seen.push(name));
    }
    const onSocket = (socket: DtlsSocket | TlsSocket) => {
      seen.push("'connection'");
      (socket as DtlsSocket).on('close', () => seen.push("'close' of the socket"));
      (socket as TlsSocket).resume?.();
    };
    (server as DtlsServer).on('listening', () => seen.push("'listening'"));
    (server as DtlsServer).on('connection', onSocket).on('close', () => seen.push("'close'"));

    const { port } = await server.listen({ host: '127.0.0.1' });
    const client = await connect(t, port);
    await until('the connection', () => server.connections === 1);
    await client.close();
    await until('its end', () => server.connections === 0 && seen.includes("'close' of the socket"));
    await server.close();
    t.deepEqual(seen, [
      'serverListening',
      "'listening'",
      'serverHandshakeFinish',
      "'connection'",
      'serverConnectionClose',
      "'close' of the socket",
      'serverClose',
      "'close'",
    ]);
  });

  test(`${protocol}: the messages say what it is about`, async (t) => {
    const server: DtlsServer | TlsServer = make();
    t.teardown(() => server.close());
    const sockets: unknown[] = [];
    (server as DtlsServer).on('connection', (socket) => sockets.push(socket));
    const channels = diagnosticsChannels;
    const listening = published<ServerListeningMessage>(t, channels.serverListening, about(server));
    const finished = published<ServerHandshakeFinishMessage>(t, channels.serverHandshakeFinish, about(server));
    const closed = published<ServerConnectionCloseMessage>(t, channels.serverConnectionClose, about(server));
    const ended = published<ServerMessage>(t, channels.serverClose, about(server));

    const address = await server.listen({ host: '127.0.0.1' });
    await connect(t, address.port);
    await until('the connection', () => sockets.length === 1);
    await server.close();
    t.deepEqual(listening, [{ protocol, server, address } as ServerListeningMessage]);
    t.is(finished.length, 1);
    t.like(finished[0], { protocol, server });
    t.is(finished[0]?.socket as unknown, sockets[0]);
    t.is(finished[0]?.socket.remoteAddress, '127.0.0.1');
    t.is(closed.length, 1, 'though it was the server that ended it');
    t.is(closed[0]?.socket as unknown, sockets[0]);
    t.is(closed[0]?.error, undefined);
    t.deepEqual(ended, [{ protocol, server } as ServerMessage]);
  });

  test(`${protocol}: a handshake that fails is published with its error, and is no connection`, async (t) => {
    const server: DtlsServer | TlsServer = make();
    t.teardown(() => server.close());
    const errors: unknown[] = [];
    (server as DtlsServer).on('clientError', (error) => errors.push(error));
    const failed = published<ServerHandshakeErrorMessage>(t, diagnosticsChannels.serverHandshakeError, about(server));
    const finished = published<ServerMessage>(t, diagnosticsChannels.serverHandshakeFinish, about(server));
    const closed = published<ServerMessage>(t, diagnosticsChannels.serverConnectionClose, about(server));

    const { port } = await server.listen({ host: '127.0.0.1' });
    await t.throwsAsync(connect(t, port, stranger));
    await until("'clientError'", () => errors.length === 1);
    t.is(failed.length, 1);
    t.like(failed[0], { protocol, server });
    t.is(failed[0]?.error as unknown, errors[0]);
    t.is(failed[0]?.error.remoteAddress, '127.0.0.1');
    t.deepEqual([...finished, ...closed], []);
  });
}

testWith(alertPeerCompiler, 'dtls: a connection that fails is published with its error', async (t, compiler) => {
  const { server, port } = await startServer(t);
  const closed = published<ServerConnectionCloseMessage>(t, diagnosticsChannels.serverConnectionClose, about(server));
  const client = startAlertPeer(t, compiler, port);
  await client.waitFor(/connected/);
  await until('the connection', () => server.connections === 1);
  sendAlert(client, 2, 20);
  await until('its end', () => closed.length === 1);
  t.like(closed[0]?.error, { code: 'ERR_ALERT_RECEIVED', alertName: 'bad_record_mac' });
});

test('tls: a connection that fails is published with its error', async (t) => {
  const { server, port } = await startTlsServer(t, { psk });
  const tap = await RecordTap.open(t, port);
  const accepted = nextConnection(server);
  const client = await dialTls(t, tap.port, { psk: client1 });
  (await accepted).resume();
  client.resume();
  const end = new Promise<ServerConnectionCloseMessage>((resolve) => {
    published<ServerConnectionCloseMessage>(t, diagnosticsChannels.serverConnectionClose, about(server), resolve);
  });
  tap.cut();
  t.like((await within(10_000, 'the end', end)).error, { code: 'ECONNRESET' });
});

function about(server: DtlsServer | TlsServer) {
  return (message: ServerMessage) => message.server === server;
}
