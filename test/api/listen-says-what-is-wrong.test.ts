import { once } from 'node:events';
import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { startServer, udpBackends } from '../helpers/ours.js';

const psk = { device: Buffer.from('key') };

for (const udpBackend of udpBackends) {
  test(`a port in use, over ${udpBackend}`, async (t) => {
    const { port } = await startServer(t);
    const server = new DtlsServer({ psk, udpBackend });
    t.teardown(() => server.close());
    const error = await t.throwsAsync(server.listen({ host: '127.0.0.1', port }));
    t.like(error, { name: 'TlsError', code: 'EADDRINUSE', syscall: 'bind' });
    t.regex(error.message, new RegExp(`^listen on 127.0.0.1:${port}: address already in use`));
    t.true(((error as NodeJS.ErrnoException).errno as number) > 0);

    const { port: other } = await server.listen({ host: '127.0.0.1' });
    t.not(other, port, 'after a failure it may be called again');
  });

  test(`an address that is not ours, over ${udpBackend}`, async (t) => {
    const server = new DtlsServer({ psk, udpBackend });
    t.teardown(() => server.close());
    await t.throwsAsync(server.listen({ host: '192.0.2.1' }), { code: 'EADDRNOTAVAIL' });
    t.throws(() => server.address(), { code: 'ERR_NOT_LISTENING' });
  });
}

test('a name that does not exist', async (t) => {
  const server = new DtlsServer({ psk });
  t.teardown(() => server.close());
  const error = await t.throwsAsync(server.listen({ host: 'no-such-host.invalid' }));
  t.true(['ENOTFOUND', 'EAI_AGAIN'].includes((error as NodeJS.ErrnoException).code as string));
});

test('listening twice', async (t) => {
  const { server } = await startServer(t);
  await t.throwsAsync(server.listen({ host: '127.0.0.1' }), { code: 'ERR_ALREADY_LISTENING' });
  const other = new DtlsServer({ psk });
  t.teardown(() => other.close());
  const first = other.listen({ host: 'localhost' });
  await t.throwsAsync(other.listen({ host: 'localhost' }), { code: 'ERR_ALREADY_LISTENING' });
  await t.notThrowsAsync(first);
});

test('when it works it emits listening, and tells the address', async (t) => {
  const server = new DtlsServer({ psk });
  t.teardown(() => server.close());
  const listening = once(server, 'listening');
  const address = await server.listen({ host: '127.0.0.1' });
  await listening;
  t.like(address, { address: '127.0.0.1', family: 'IPv4' });
  t.true(address.port > 0);
  t.deepEqual(server.address(), address);
});

test('two servers share a port when both say so', async (t) => {
  const servers = [new DtlsServer({ psk }), new DtlsServer({ psk })];
  t.teardown(() => Promise.all(servers.map((server) => server.close())));
  const [first, second] = servers as [DtlsServer, DtlsServer];
  const { port } = await first.listen({ host: '127.0.0.1', reusePort: true });
  await t.notThrowsAsync(second.listen({ host: '127.0.0.1', port, reusePort: true }));
});
