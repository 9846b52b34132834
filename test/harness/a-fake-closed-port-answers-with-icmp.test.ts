import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { DtlsServer, type ListenOptions, type UdpBackend } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { freePort } from '../helpers/free-port.js';
import { dialTestServer, startTestServer, testPair } from '../helpers/harness.js';
import { ipv6Test } from '../helpers/ipv6.js';
import { udpBackends } from '../helpers/ours.js';
import { within } from '../helpers/within.js';

interface Case {
  title: string;
  listen: ListenOptions;
  host: string;
  run: typeof test | typeof test.skip;
}

const cases: Case[] = [
  { title: '127.0.0.1', listen: {}, host: '127.0.0.1', run: test },
  { title: 'every IPv4 address', listen: { host: '0.0.0.0' }, host: '127.0.0.1', run: test },
  { title: '::1', listen: { host: '::1' }, host: '::1', run: ipv6Test },
  { title: 'every address, asked over IPv6', listen: { host: '::' }, host: '::1', run: ipv6Test },
  { title: 'every address, asked over IPv4', listen: { host: '::' }, host: '127.0.0.1', run: ipv6Test },
];

for (const udpBackend of udpBackends) {
  for (const { title, listen, host, run } of cases) {
    run(`a client that is connected hears it: ${title}, ${udpBackend}`, (t) =>
      plainSocket(t, udpBackend, listen, host),
    );
  }

  test(`connect() is refused, and the association lives on: ${udpBackend}`, async (t) => {
    const { server, port, client, connection } = await testPair(t, { udpBackend });
    const closed = server.fakeClose();
    await t.throwsAsync(dialTestServer(t, port), { code: 'ECONNREFUSED' });
    client.send('lost');
    connection.send('lost');
    closed.undo();
    client.send('found');
    t.is((await connection.receive()).toString(), 'found');
    const answer = once(client, 'message') as Promise<[Buffer]>;
    connection.send('answer');
    t.is(String((await within(5_000, 'the answer', answer))[0]), 'answer');
    await dialTestServer(t, port);
  });
}

test('with a port of our own choice', async (t) => {
  const { server, port } = await startTestServer(t, {}, { port: await freePort() });
  for (let i = 0; i < 3; i += 1) {
    const closed = server.fakeClose();
    await t.throwsAsync(dialTestServer(t, port), { code: 'ECONNREFUSED' });
    closed.undo();
    await dialTestServer(t, port);
  }
});

test('the port stays taken, while it is closed and afterwards', async (t) => {
  const { server, port } = await startTestServer(t);
  const another = new DtlsServer({ psk: {} });
  t.teardown(async () => another.close());
  const closed = server.fakeClose();
  await t.throwsAsync(another.listen({ host: '127.0.0.1', port }), { code: 'EADDRINUSE' });
  closed.undo();
  await t.throwsAsync(another.listen({ host: '127.0.0.1', port }), { code: 'EADDRINUSE' });
  t.is(server.address().port, port);
});

test('it is closed until everybody has undone it', async (t) => {
  const { server, port } = await startTestServer(t);
  {
    using _outer = server.fakeClose();
    {
      await using _inner = server.fakeClose();
    }
    await t.throwsAsync(dialTestServer(t, port), { code: 'ECONNREFUSED' });
  }
  await dialTestServer(t, port);
});

test('a server may be closed in between', async (t) => {
  const { server, port, client, connection } = await testPair(t);
  const closed = server.fakeClose();
  await server.close();
  closed.undo();
  t.is(client.state, 'connected', 'no goodbye has come');
  t.is(await connection.ended(), undefined);
  const next = await startTestServer(t, {}, { port });
  await dialTestServer(t, next.port, { psk: client1 });
  t.throws(() => server.fakeClose(), { code: 'ERR_CLOSED' });
});

async function plainSocket(
  t: ExecutionContext,
  udpBackend: UdpBackend,
  listen: ListenOptions,
  host: string,
): Promise<void> {
  const { server, port } = await startTestServer(t, { udpBackend }, listen);
  const client = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  t.teardown(() => void client.close());
  client.connect(port, host);
  await once(client, 'connect');
  const closed = server.fakeClose();
  t.is(await refusal(client), 'ECONNREFUSED');
  closed.undo();
  await dialTestServer(t, port, { host });
}

async function refusal(client: Socket): Promise<string | undefined> {
  const error = new Promise<NodeJS.ErrnoException>((resolve) => client.once('error', resolve));
  client.send('anybody?');
  return (await within(5_000, 'ICMP port unreachable', error)).code;
}
