import { createHash, randomBytes } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { DtlsServer, type NetSocket, SocketOption, type SslConfiguration, SslVersion, TlsServer } from 'lwm2m-tls';
import { failureOf, type Kind, kinds, makeSocket, pskSecurity, receiveText } from '../helpers/contract-sockets.js';
import { pki } from '../helpers/pki.js';

const suite = 0xc0a8;
const dtlsSuites = { ciphersuites: [suite] };

for (const kind of kinds) {
  const limits = kind === 'DTLS' ? dtlsSuites : { ciphersuites: [0x00a8] };

  test(`${kind}: by the same socket, after shutdown and close`, async (t) => {
    const port = await serve(t, kind);
    const buffer = Buffer.alloc(1_024);
    const socket = makeSocket(t, kind, { ...limits, sessionResumptionBuffer: buffer });
    t.false(await connects(socket, port));
    t.is(buffer.toString('latin1', 0, 4), 'L2S1');
    const end = 14 + buffer.readUInt16BE(4);
    t.true(
      buffer.subarray(end).every((byte) => byte === 0),
      'the tail is zero',
    );
    await socket.shutdown();
    await socket.close();
    t.true(await connects(socket, port));
    await socket.close();
    t.true(socket.getOpt(SocketOption.sessionResumed), 'it is told until the next handshake');
    t.true(await connects(socket, port), 'again, after a goodbye');
  });

  test(`${kind}: by another socket with the same credentials`, async (t) => {
    const port = await serve(t, kind);
    const buffer = Buffer.alloc(1_024);
    const configuration = { ...limits, sessionResumptionBuffer: buffer };
    await connects(makeSocket(t, kind, configuration), port);
    t.true(await connects(makeSocket(t, kind, configuration), port));
    const copy = { ...limits, sessionResumptionBuffer: Buffer.from(buffer) };
    t.true(await connects(makeSocket(t, kind, copy), port), 'from memory that went somewhere else meanwhile');
  });

  const junk: Record<string, (stored: Buffer) => void> = {
    zeros: (stored) => stored.fill(0),
    ones: (stored) => stored.fill(0xff),
    'random bytes': (stored) => randomBytes(stored.length).copy(stored),
    'half of it': (stored) => stored.fill(0, 40),
    'a flipped bit in the session': (stored) => stored.writeUInt8((stored[16] as number) ^ 1, 16),
    'a flipped bit in the binding': (stored) => stored.writeUInt8((stored[8] as number) ^ 1, 8),
    'a length beyond the end': (stored) => stored.writeUInt16BE(0xffff, 4),
  };
  for (const [what, spoil] of Object.entries(junk)) {
    test(`${kind}: ${what} means a full handshake`, async (t) => {
      const port = await serve(t, kind);
      const buffer = Buffer.alloc(1_024);
      const socket = makeSocket(t, kind, { ...limits, sessionResumptionBuffer: buffer });
      await connects(socket, port);
      await socket.close();
      spoil(buffer);
      t.false(await connects(socket, port));
      await socket.close();
      t.true(await connects(socket, port), 'and the new session is there');
    });
  }

  for (const size of [0, 1, 13, 14, 64]) {
    test(`${kind}: ${size} bytes hold no session`, async (t) => {
      const port = await serve(t, kind);
      const buffer = Buffer.alloc(size, 7);
      const socket = makeSocket(t, kind, { ...limits, sessionResumptionBuffer: buffer });
      t.false(await connects(socket, port));
      t.true(buffer.every((byte) => byte === 0));
      await socket.close();
      t.false(await connects(socket, port));
    });
  }

  test(`${kind}: without a buffer nothing is resumed`, async (t) => {
    const port = await serve(t, kind);
    const socket = makeSocket(t, kind, limits);
    t.false(await connects(socket, port));
    await socket.close();
    t.false(await connects(socket, port));
  });

  test(`${kind}: a session is not offered under another name or identity`, async (t) => {
    const port = await serve(t, kind);
    const buffer = Buffer.alloc(1_024);
    const configuration: SslConfiguration = { ...limits, sessionResumptionBuffer: buffer };
    await connects(makeSocket(t, kind, configuration), port);
    const copy = () => ({ ...configuration, sessionResumptionBuffer: Buffer.from(buffer) });
    t.false(await connects(makeSocket(t, kind, { ...copy(), serverNameIndication: 'other.example' }), port));
    const security = { ...pskSecurity, identity: 'other' } as SslConfiguration['security'];
    t.false(await connects(makeSocket(t, kind, { ...copy(), security }), port));
    t.true(await connects(makeSocket(t, kind, copy()), port), 'the same as before');
  });

  test(`${kind}: a suite that is gone means a full handshake`, async (t) => {
    const port = await serve(t, kind);
    const buffer = Buffer.alloc(1_024);
    const configuration = { ...limits, sessionResumptionBuffer: buffer };
    await connects(makeSocket(t, kind, configuration), port);
    t.false(await connects(makeSocket(t, kind, { ...configuration, ciphersuites: [0x00ae] }), port));
  });

  test(`${kind}: a failed handshake that offered a session leaves zeros`, async (t) => {
    const port = await serve(t, kind);
    const buffer = Buffer.alloc(1_024);
    const socket = makeSocket(t, kind, { ...limits, sessionResumptionBuffer: buffer });
    await connects(socket, port);
    await socket.close();
    t.false(isZero(buffer));
    // It speaks certificates only: no suite in common.
    await failureOf(t, socket.connect('127.0.0.1', await serve(t, kind, true)));
    t.true(isZero(buffer));
    t.false(socket.getOpt(SocketOption.sessionResumed));
  });

  test(`${kind}: a failed handshake without a session to offer leaves the buffer`, async (t) => {
    const buffer = Buffer.alloc(1_024, 5);
    const socket = makeSocket(t, kind, { ...limits, sessionResumptionBuffer: buffer });
    await failureOf(t, socket.connect('127.0.0.1', await serve(t, kind, true)));
    t.is(digest(buffer), digest(Buffer.alloc(1_024, 5)));
  });
}

test('TLS 1.3: the ticket comes with the data, and resumes', async (t) => {
  const port = await serve(t, 'TLS', true);
  const buffer = Buffer.alloc(8_192);
  const security = { serverCertValidation: true, ignoreSystemTrustStore: true, trustedCerts: (await pki.root()).der };
  const configuration = { security, version: SslVersion.tlsv1_3, sessionResumptionBuffer: buffer };
  const socket = makeSocket(t, 'TLS', { ...configuration, serverNameIndication: 'localhost' });
  t.false(await connects(socket, port));
  await socket.send('x');
  t.is(await receiveText(socket), 'x');
  t.false(isZero(buffer));
  await socket.shutdown();
  await socket.close();
  t.true(await connects(socket, port));
});

test('TLS 1.3: an external PSK is no resumption', async (t) => {
  const port = await serve(t, 'TLS');
  const configuration = { ciphersuites: [0x1301], sessionResumptionBuffer: Buffer.alloc(2_048) };
  const socket = makeSocket(t, 'TLS', configuration);
  t.false(await connects(socket, port));
  await socket.close();
  const fresh = makeSocket(t, 'TLS', { ...configuration, sessionResumptionBuffer: undefined });
  t.false(await connects(fresh, port));
});

test('a server that has lost its keys gets a full handshake', async (t) => {
  const buffer = Buffer.alloc(1_024);
  const socket = makeSocket(t, 'DTLS', { ...dtlsSuites, sessionResumptionBuffer: buffer });
  await connects(socket, await serve(t, 'DTLS'));
  await socket.close();
  t.false(await connects(socket, await serve(t, 'DTLS')));
});

/** Whether the connection was resumed. */
async function connects(socket: NetSocket, port: number): Promise<boolean> {
  await socket.connect('127.0.0.1', port);
  return socket.getOpt(SocketOption.sessionResumed);
}

/** An echo server that resumes sessions; with a certificate instead of keys if that is wanted. Returns its port. */
async function serve(t: ExecutionContext, kind: Kind, certificate = false): Promise<number> {
  const { chainPem, keyPem } = await pki.server();
  const key = (pskSecurity as { key: Uint8Array }).key;
  const options = certificate ? { cert: chainPem, key: keyPem } : { psk: { device: key, other: key } };
  const server = kind === 'DTLS' ? new DtlsServer(options) : new TlsServer(options);
  if (server instanceof DtlsServer) {
    server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
  } else {
    server.on('connection', (socket) => {
      socket.on('error', () => {});
      socket.pipe(socket);
    });
  }
  t.teardown(() => server.close());
  return (await server.listen({ host: '127.0.0.1', port: 0 })).port;
}

function isZero(buffer: Buffer): boolean {
  return buffer.every((byte) => byte === 0);
}

function digest(buffer: Buffer): string {
  return createHash('sha256').update(buffer).digest('hex');
}
