import test from 'ava';
import { ContractError, createSslSocket, credentials, type NetSocket, SocketOption } from 'lwm2m-tls';
import { identified, type Protocol, socketFor, startServer } from '../helpers/contract-servers.js';
import { client1 } from '../helpers/credentials.js';
import { pki } from '../helpers/pki.js';
import { seededRandom } from '../helpers/seeded-random.js';

const ROUNDS = 100;

/** One, two or three bytes are another value, or the end is missing. */
function damaged(bytes: Uint8Array, random: () => number): Buffer {
  const copy = Buffer.from(bytes);
  if (random() < 0.2) return copy.subarray(0, 1 + Math.floor(random() * (copy.length - 1)));
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  }
  return copy;
}

const parts = {
  clientCert: async () => (await pki.client()).der,
  'clientCert, PEM': async () => Buffer.from((await pki.client()).chainPem),
  clientKey: async () => (await pki.client()).keyDer,
  'clientKey, PEM': async () => Buffer.from((await pki.client()).keyPem),
  trustedCerts: async () => (await pki.root()).der,
  'trustedCerts, PEM': async () => Buffer.from((await pki.root()).pem),
  certRevocationLists: async () => (await pki.crl()).der,
} as const;

for (const [index, [name, make]] of Object.entries(parts).entries()) {
  test(`${name}: it is refused, or taken`, async (t) => {
    const [field = ''] = name.split(',');
    const whole = await make();
    const random = seededRandom(index);
    const good = { ...identified(await pki.client()), serverCertValidation: true, ignoreSystemTrustStore: true };
    const codes = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const security = { ...good, [field]: credentials.buffer(damaged(whole, random)) };
      try {
        await createSslSocket({ security }).cleanup();
      } catch (error) {
        t.true(error instanceof ContractError, String(error));
        codes.add((error as ContractError).code);
      }
    }
    for (const code of codes) t.true(['EPROTO', 'EIO', 'EINVAL', 'E2BIG'].includes(code), code);
    t.true(codes.has('EPROTO'));
  });
}

for (const protocol of ['DTLS 1.2', 'TLS 1.2', 'TLS 1.3'] satisfies Protocol[]) {
  test(`${protocol}: a damaged session leads to a connection, or to zeros and then to a connection`, async (t) => {
    const { port } = await startServer(t, protocol, { psk: { [client1.identity]: client1.key } });
    const memory = Buffer.alloc(1_024);
    const socket = socketFor(t, protocol, {
      security: { mode: 'psk', ...client1 },
      dtlsHandshakeTimeouts: { min: 100, max: 400 },
      sessionResumptionBuffer: memory,
    });
    await exchange(socket, port);
    const stored = Buffer.from(memory);
    const length = 14 + stored.readUInt16BE(4);
    const random = seededRandom(protocol.length);
    for (let round = 0; round < 40; round += 1) {
      memory.fill(0);
      damaged(stored.subarray(0, length), random).copy(memory);
      try {
        await exchange(socket, port);
      } catch (error) {
        t.true(error instanceof ContractError, String(error));
        t.true(
          memory.every((byte) => byte === 0),
          'forgotten after a failure',
        );
        await t.notThrowsAsync(exchange(socket, port));
      }
    }
    stored.copy(memory);
    await exchange(socket, port);
    t.true(socket.getOpt(SocketOption.sessionResumed), 'the whole one is still good');
  });
}

/** Sends something too, so that tickets of TLS 1.3 have come. */
async function exchange(socket: NetSocket, port: number): Promise<void> {
  await socket.connect('127.0.0.1', port);
  await socket.send('x');
  await socket.receiveMessage();
  await socket.close();
}
