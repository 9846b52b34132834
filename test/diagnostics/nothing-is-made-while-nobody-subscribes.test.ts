import { channel } from 'node:diagnostics_channel';
import test from 'ava';
import { diagnosticsChannels } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, startServer } from '../helpers/ours.js';
import { until } from '../helpers/within.js';
import { dialTls, startTlsServer } from '../tls/ends.js';

const stranger = { identity: 'stranger', key: client1.key };

test('no message is made, at either end and over either transport', async (t) => {
  const made: string[] = [];
  for (const name of Object.values(diagnosticsChannels)) {
    channel(name).publish = () => void made.push(name); // the message is its argument
  }
  const dtls = await startServer(t);
  const tls = await startTlsServer(t, { psk: { [client1.identity]: client1.key } });
  const clients = [await dial(t, dtls.port), await dialTls(t, tls.port, { psk: client1 })];
  await t.throwsAsync(dial(t, dtls.port, { psk: stranger }));
  await t.throwsAsync(dialTls(t, tls.port, { psk: stranger }));
  await until('the failures', () =>
    [dtls, tls].every(({ server }) => server.counters().handshakesFailed === 1 && server.connections === 1),
  );
  for (const client of clients) await client.close();
  await Promise.all([dtls.server.close(), tls.server.close()]);
  t.deepEqual(made, []);
});

test('the names are those that are documented, each begins with that of the package', (t) => {
  const names = Object.values(diagnosticsChannels);
  t.is(new Set(names).size, names.length);
  for (const name of names) t.regex(name, /^lwm2m-tls:(server|client)(\.[a-z]+)+$/);
  t.true(Object.isFrozen(diagnosticsChannels));
});
