import { inspect } from 'node:util';
import test from 'ava';
import { createDtlsSocket, createSslSocket, credentials, type SslConfiguration } from 'lwm2m-tls';
import { startServer } from '../helpers/contract-servers.js';
import { makeSocket } from '../helpers/contract-sockets.js';
import { pki } from '../helpers/pki.js';

const secret = 'Xyzzy-plugh-42';
const bytes = Buffer.from(secret);

/** However a secret may be printed. */
const traces = [secret, bytes.toString('hex'), bytes.toString('base64'), [...bytes].join(','), [...bytes].join(', ')];

const wrong: Readonly<Record<string, () => Promise<object>>> = {
  'a key as a string': async () => ({ security: { mode: 'psk', identity: 'device', key: secret } }),
  'a key that is an array': async () => ({ security: { mode: 'psk', identity: 'device', key: [...bytes] } }),
  'a key in a field that does not exist': async () => ({ security: { mode: 'psk', pskKey: bytes } }),
  'a key in a source that does not exist': async () => ({
    security: { mode: 'psk', identity: 'device', key: { source: 'engine', query: secret } },
  }),
  'a key that is too long': async () => ({
    security: { mode: 'psk', identity: 'device', key: Buffer.concat(Array(20).fill(bytes)) },
  }),
  'a wrong password': async () => ({ security: { ...(await encrypted()), clientKey: await keyWith('another') } }),
  'a password of a wrong type': async () => ({
    security: { ...(await encrypted()), clientKey: { source: 'buffer', buffer: bytes, password: [secret] } },
  }),
  'a private key that cannot be read': async () => ({
    security: { ...(await encrypted()), clientKey: credentials.buffer(bytes) },
  }),
  'a session buffer as a string': async () => ({ sessionResumptionBuffer: secret }),
};

for (const create of [createDtlsSocket, createSslSocket]) {
  for (const [what, make] of Object.entries(wrong)) {
    test(`${create.name}: ${what}`, async (t) => {
      const configuration = (await make()) as SslConfiguration;
      const error = t.throws(() => create(configuration));
      const texts = [
        error?.message,
        error?.stack,
        inspect(error, { depth: 9, showHidden: true }),
        JSON.stringify(error),
      ];
      for (const text of texts) for (const trace of traces) t.false(text?.includes(trace), text);
    });
  }
}

for (const kind of ['DTLS', 'TLS'] as const) {
  test(`${kind}: a refused key, and the socket that had it`, async (t) => {
    const { port } = await startServer(t, `${kind} 1.2`, { psk: { device: Buffer.from('another key') } });
    const socket = makeSocket(t, kind, {
      security: { mode: 'psk', identity: 'device', key: bytes },
      dtlsHandshakeTimeouts: { min: 50, max: 50 },
      sessionResumptionBuffer: Buffer.from(secret.padEnd(1_024)),
    });
    const error = await t.throwsAsync(socket.connect('127.0.0.1', port));
    for (const text of [inspect(error, { depth: 9 }), inspect(socket, { depth: 9, showHidden: true })]) {
      for (const trace of traces) t.false(text.includes(trace), text);
    }
  });
}

async function encrypted(): Promise<object> {
  return { clientCert: credentials.buffer((await pki.client()).der), clientKey: await keyWith(secret) };
}

/** The key is encrypted with the one and is to be read with the other. */
async function keyWith(password: string): Promise<unknown> {
  const { key } = await pki.client();
  const passphrase = password === secret ? 'other' : secret;
  const pem = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
  return credentials.buffer(Buffer.from(pem), password === secret ? secret : `${secret}, but not this one`);
}
