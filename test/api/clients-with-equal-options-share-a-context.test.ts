import test from 'ava';
import { clientContext, datagramTransport } from '#lib/context.js';
import { parseConnectOptions } from '#lib/options/client-options.js';

const psk = { identity: 'device', key: Buffer.from('key') };
const context = (options: object = {}, keylog = false) => {
  const settings = parseConnectOptions({ host: 'h', port: 1, psk, ...options });
  return clientContext(settings.security, datagramTransport(settings), keylog);
};

test('whoever they are and wherever they connect to', (t) => {
  const other = { host: 'other', port: 2, psk: { identity: 'other', key: psk.key }, localPort: 9, copyMessages: true };
  t.is(context(), context(other));
});

test('anything that the context is made of makes another', (t) => {
  const contexts = new Set([
    context(),
    context({}, true),
    context({ mtu: 1000 }),
    context({ handshakeTimeouts: { min: 500 } }),
    context({ handshakeTimeouts: { max: 500 } }),
    context({ cipherSuites: [0xc0a8] }),
    context({ cipherSuites: [0xc0a8, 0x00a8] }),
    context({ cipherSuites: [0x00a8, 0xc0a8] }),
    context({ securityLevel: 1 }),
    context({ groups: ['P-256'] }),
    context({ tickets: false }),
    context({ session: false }),
    context({ systemTrust: true }),
    context({ psk: undefined, systemTrust: false }),
    context({ psk: undefined, systemTrust: false, rejectUnauthorized: false }),
    context({ psk: undefined, systemTrust: false, dane: { records: [] } }),
  ]);
  t.is(contexts.size, 16);
});
