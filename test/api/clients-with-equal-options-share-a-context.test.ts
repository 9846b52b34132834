import test from 'ava';
import { clientContext } from '#lib/context.js';
import { parseConnectOptions } from '#lib/options/client-options.js';

const psk = { identity: 'device', key: Buffer.from('key') };
const settings = (options: object = {}) => parseConnectOptions({ host: 'h', port: 1, psk, ...options });

test('whoever they are and wherever they connect to', (t) => {
  const other = { host: 'other', port: 2, psk: { identity: 'other', key: psk.key }, localPort: 9, copyMessages: true };
  t.is(clientContext(settings(), false), clientContext(settings(other), false));
});

test('anything that the context is made of makes another', (t) => {
  const contexts = new Set([
    clientContext(settings(), false),
    clientContext(settings(), true),
    clientContext(settings({ mtu: 1000 }), false),
    clientContext(settings({ handshakeTimeouts: { min: 500 } }), false),
    clientContext(settings({ handshakeTimeouts: { max: 500 } }), false),
    clientContext(settings({ cipherSuites: [0xc0a8] }), false),
    clientContext(settings({ cipherSuites: [0xc0a8, 0x00a8] }), false),
    clientContext(settings({ cipherSuites: [0x00a8, 0xc0a8] }), false),
  ]);
  t.is(contexts.size, 8);
});
