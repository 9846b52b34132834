import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import test from 'ava';
import { connectTls, DtlsServer, MemoryTicketKeyStore, type TicketKeyStore, type TlsError, TlsServer } from 'lwm2m-tls';
import { runModule } from '../helpers/child-process.js';
import { client1 } from '../helpers/credentials.js';
import { dial, startEchoServer } from '../helpers/ours.js';
import { within } from '../helpers/within.js';

const psk = { [client1.identity]: client1.key };
const host = '127.0.0.1';

test('a ticket of one is good at the others, from listen() on', async (t) => {
  const sessions = { ticketKeyStore: new MemoryTicketKeyStore() };
  const [one, other] = [await startEchoServer(t, { sessions }), await startEchoServer(t, { sessions })];
  const { session } = await dial(t, one.port);
  t.true((await dial(t, other.port, { session })).resumed);
});

test('over TLS as well', async (t) => {
  const sessions = { ticketKeyStore: new MemoryTicketKeyStore() };
  await using one = new TlsServer({ psk, sessions, maxVersion: 'TLSv1.2' });
  await using other = new TlsServer({ psk, sessions, maxVersion: 'TLSv1.2' });
  const [{ port }, there] = [await one.listen({ host }), await other.listen({ host })];
  await using first = await connectTls({ host, port, psk: client1 });
  await using second = await connectTls({ host, port: there.port, psk: client1, session: first.session });
  t.true(second.resumed);
});

for (const Server of [DtlsServer, TlsServer]) {
  test(`${Server.name}: listen() waits for a store that takes its time`, async (t) => {
    const memory = new MemoryTicketKeyStore();
    let answered = false;
    const slow: TicketKeyStore = {
      agree: async (period, candidate, seconds) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        answered = true;
        return memory.agree(period, candidate, seconds);
      },
    };
    await using server = new Server({ psk, sessions: { ticketKeyStore: slow } });
    await server.listen({ host });
    t.true(answered);
  });

  test(`${Server.name}: a store that fails is told, and the server works with keys of its own`, async (t) => {
    const ticketKeyStore = { agree: () => Promise.reject(new Error('no connection')) };
    await using server = new Server({ psk, sessions: { ticketKeyStore } });
    const told = once(server, 'sessionStoreError') as Promise<[TlsError]>;
    await server.listen({ host });
    const [error] = await told;
    t.like(error, { code: 'ERR_SESSION_STORE', message: 'sessions.ticketKeyStore.agree: no connection' });
    t.is(error.cause instanceof Error && error.cause.message, 'no connection');
  });

  test(`${Server.name}: close() does not wait for the store`, async (t) => {
    let asked: (() => void) | undefined;
    const begun = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const ticketKeyStore: TicketKeyStore = {
      agree: () => {
        asked?.();
        return new Promise<never>(() => {});
      },
    };
    const server = new Server({ psk, sessions: { ticketKeyStore, storeTimeout: 60_000 } });
    const listening = server.listen({ host });
    await begun;
    await server.close();
    await t.throwsAsync(within(10_000, 'the end of listen()', listening), { code: 'ERR_CLOSED' });
  });

  test(`${Server.name}: after a failed listen() it can be tried again`, async (t) => {
    const sessions = { ticketKeyStore: new MemoryTicketKeyStore() };
    await using server = new Server({ psk, sessions });
    await t.throwsAsync(server.listen({ host: '192.0.2.1' }), { code: 'EADDRNOTAVAIL' });
    await t.notThrowsAsync(server.listen({ host }));
  });
}

test('a server without an answer resumes its own sessions', async (t) => {
  const ticketKeyStore = { agree: () => Promise.reject(new Error('no connection')) };
  const { port } = await startEchoServer(t, { sessions: { ticketKeyStore } });
  const { session } = await dial(t, port);
  t.true((await dial(t, port, { session })).resumed);
});

test('keys that are given end the sharing', async (t) => {
  const sessions = { ticketKeyStore: new MemoryTicketKeyStore() };
  const [one, other] = [await startEchoServer(t, { sessions }), await startEchoServer(t, { sessions })];
  const { session } = await dial(t, one.port);
  other.server.setTicketKeys(randomBytes(80));
  t.false((await dial(t, other.port, { session })).resumed);
});

test('the process may end though the store never answers, and not before listen() does', async (t) => {
  const { code, stdout, stderr } = await runModule(`
    import { DtlsServer } from 'lwm2m-tls';
    const ticketKeyStore = { agree: () => new Promise(() => {}) };
    const server = new DtlsServer({ psk: {}, sessions: { ticketKeyStore, storeTimeout: 100 } });
    server.on('sessionStoreError', ({ message }) => console.log(message));
    server.unref();
    await server.listen({ host: '127.0.0.1' });
    console.log('listening');
  `);
  t.is(stderr, '');
  t.regex(stdout, /^sessions.ticketKeyStore.agree: no answer within 100 ms$/m);
  t.regex(stdout, /^listening$/m);
  t.is(code, 0);
});
