import { createSocket } from 'node:dgram';
import test, { type ExecutionContext } from 'ava';
import { DtlsServer, type ListenOptions } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, nextConnection, udpBackends } from '../helpers/ours.js';

const hasIpv6 = await new Promise<boolean>((resolve) => {
  const socket = createSocket('udp6');
  socket.on('error', () => resolve(false));
  socket.bind(0, '::1', () => socket.close(() => resolve(true)));
});
const ipv6Test = hasIpv6 ? test : test.skip;

for (const udpBackend of udpBackends) {
  ipv6Test(`an IPv6 server, over ${udpBackend}`, async (t) => {
    const { server, port, family } = await listen(t, udpBackend, { host: '::1' });
    t.is(family, 'IPv6');
    const accepted = nextConnection(server);
    const client = await dial(t, port, { host: '::1', udpBackend });
    const { socket, inbox } = await accepted;
    t.like(socket, { remoteAddress: '::1', remoteFamily: 'IPv6', remotePort: client.localPort });
    t.like(client, { localAddress: '::1', remoteAddress: '::1', remotePort: port });
    client.send('six');
    t.is(await inbox.next(), 'six');
  });

  ipv6Test(`by default both, and an IPv4 client has an IPv4 address, over ${udpBackend}`, async (t) => {
    const { server, port, address } = await listen(t, udpBackend, {});
    t.is(address, '::');
    for (const host of ['127.0.0.1', '::1']) {
      const accepted = nextConnection(server);
      const client = await dial(t, port, { host, udpBackend });
      const { socket, inbox } = await accepted;
      t.is(socket.remoteAddress, host);
      client.send(host);
      t.is(await inbox.next(), host);
    }
  });

  ipv6Test(`with ipv6Only no IPv4, over ${udpBackend}`, async (t) => {
    const { port } = await listen(t, udpBackend, { ipv6Only: true });
    await t.throwsAsync(dial(t, port, { udpBackend }), { code: 'ECONNREFUSED' });
    await t.notThrowsAsync(dial(t, port, { host: '::1', udpBackend }));
  });

  test(`every IPv4 interface, over ${udpBackend}`, async (t) => {
    const { port, address } = await listen(t, udpBackend, { host: '0.0.0.0' });
    t.is(address, '0.0.0.0');
    await t.notThrowsAsync(dial(t, port, { udpBackend }));
  });
}

test('a name is resolved', async (t) => {
  const { port } = await listen(t, 'auto', {});
  await t.notThrowsAsync(dial(t, port, { host: 'localhost' }));
});

test('a local address decides the family, and must fit', async (t) => {
  const { port } = await listen(t, 'auto', { host: '0.0.0.0' });
  const client = await dial(t, port, { host: 'localhost', localAddress: '127.0.0.2' });
  t.is(client.localAddress, '127.0.0.2');
  await t.throwsAsync(dial(t, port, { localAddress: '::1' }), { code: 'ERR_INVALID_OPTION' });
  await t.throwsAsync(dial(t, port, { localAddress: '192.0.2.1' }), { code: 'EADDRNOTAVAIL' });
});

async function listen(t: ExecutionContext, udpBackend: 'auto' | 'mmsg' | 'uv', options: ListenOptions) {
  const server = new DtlsServer({ psk: { [client1.identity]: client1.key }, udpBackend });
  t.teardown(() => server.close());
  return { server, ...(await server.listen(options)) };
}
