import test from 'ava';
import { credentials } from 'lwm2m-tls';
import { type Configuration, parseConfiguration } from '#lib/contract/config/configuration.js';
import { SocketCore } from '#lib/contract/core/socket-core.js';
import { pki } from '../helpers/pki.js';

test('that of a PSK, by cleanup and not by close', async (t) => {
  const key = Buffer.from('the key of the caller');
  const configuration = parseConfiguration({ security: { mode: 'psk', identity: 'device', key } }, 'datagram');
  const [copy] = secretsOf(configuration);
  t.deepEqual(Buffer.from(copy!), key);
  const core = new SocketCore(configuration);
  await core.close();
  t.deepEqual(Buffer.from(copy!), key, 'it may connect again');
  await core.cleanup();
  t.true(copy!.every((byte) => byte === 0));
  t.is(String(key), 'the key of the caller', 'that is theirs to wipe');
});

test('that of a private key, and its password', async (t) => {
  const { der, key } = await pki.client();
  const pem = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open it' });
  const clientKey = credentials.buffer(Buffer.from(pem), 'open it');
  const configuration = parseConfiguration({ security: { clientCert: credentials.buffer(der), clientKey } }, 'stream');
  const copies = secretsOf(configuration);
  t.is(copies.length, 2);
  const core = new SocketCore(configuration);
  await core.cleanup();
  for (const copy of copies) t.true(copy.every((byte) => byte === 0));
});

test('those of a configuration that is refused', async (t) => {
  const { der, keyDer } = await pki.client();
  const psk = { mode: 'psk', identity: 'device', key: Buffer.from('the key of the caller') };
  const certificate = { clientCert: credentials.buffer(der), clientKey: keyDer };
  for (const configuration of [
    { security: psk, ciphersuites: ['no number'] },
    { security: psk, dtlsHandshakeTimeouts: { min: 1 } },
    { security: { ...psk, key: Buffer.alloc(257, 1) } },
    { security: certificate, ciphersuites: ['no number'] },
  ]) {
    const copies = copiesMadeBy(() =>
      t.throws(() => parseConfiguration(configuration, 'datagram'), { name: 'TlsError' }),
    );
    const keys = copies.filter(({ original }) => !original.equals(der));
    for (const { copy } of keys)
      t.true(
        copy.every((byte) => byte === 0),
        Object.keys(configuration).join(),
      );
  }
});

test('those that are only made on the way', (t) => {
  const security = { mode: 'psk', identity: 'device', key: Buffer.from('the key of the caller') };
  let kept: Uint8Array | undefined;
  const copies = copiesMadeBy(() => {
    [kept] = secretsOf(parseConfiguration({ security }, 'datagram'));
  });
  const left = copies.filter(({ copy }) => copy.some((byte) => byte !== 0)).map(({ copy }) => copy);
  t.deepEqual(left, [kept as Buffer]);
});

/** The copies that `step` makes with `Buffer.copyBytesFrom`, and what they were made of. */
function copiesMadeBy(step: () => void): { original: Buffer; copy: Buffer }[] {
  const { copyBytesFrom } = Buffer;
  const copies: { original: Buffer; copy: Buffer }[] = [];
  Buffer.copyBytesFrom = (...parameters) => {
    const copy = copyBytesFrom(...parameters);
    copies.push({ original: Buffer.from(copy), copy });
    return copy;
  };
  try {
    step();
  } finally {
    Buffer.copyBytesFrom = copyBytesFrom;
  }
  return copies;
}

function secretsOf({ security }: Configuration): Uint8Array[] {
  const all = security.mode === 'psk' ? [security.key] : [security.privateKey, security.passphrase];
  return all.filter((secret) => secret !== null);
}
