import { once } from 'node:events';
import test from 'ava';
import { dial, startServer } from '../helpers/ours.js';

const device = { identity: 'd\u00e9vice', key: Buffer.from('first') };

test('an added identity may connect, a removed one may not, and what is connected stays', async (t) => {
  const { server, port } = await startServer(t);
  await t.throwsAsync(dial(t, port, { psk: device }), { code: 'ERR_ALERT_RECEIVED' });

  server.identities.set(device.identity, device.key);
  const socket = await dial(t, port, { psk: device });
  t.is(socket.pskIdentity, device.identity);

  server.identities.delete(device.identity);
  await t.throwsAsync(dial(t, port, { psk: device }), { code: 'ERR_ALERT_RECEIVED' });

  const [accepted] = server.sockets();
  const arrived = once(accepted as NonNullable<typeof accepted>, 'message');
  socket.send('still here');
  t.is(String((await arrived)[0]), 'still here');
});

test('a replaced key counts from the next handshake on', async (t) => {
  const { server, port } = await startServer(t);
  server.identities.set(device.identity, Buffer.from('old'));
  server.identities.set(device.identity, device.key);
  await t.notThrowsAsync(dial(t, port, { psk: device }));
});

test('an identity given as bytes', async (t) => {
  const { server, port } = await startServer(t);
  server.identities.set(device.identity, device.key);
  const psk = { identity: Buffer.from(device.identity), key: device.key };
  t.is((await dial(t, port, { psk })).pskIdentity, device.identity);
});
