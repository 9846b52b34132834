import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { type ClientError, type ContextSelection, DtlsServer, type ServerIdentityOptions } from 'lwm2m-tls';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { echo } from '../helpers/ours.js';
import { issue, pki } from '../helpers/pki.js';

async function certificateFor(name: string): Promise<ServerIdentityOptions> {
  return identityOf(await issue({ name, dns: [name], issuer: await pki.intermediate() }));
}

/** The common name of the certificate that a client gets. */
async function askFor(t: ExecutionContext, port: number, servername: string, checkName = servername) {
  const client = await dialCertified(t, port, { servername, checkName });
  t.true(client.authorized);
  t.is(await echo(client, 'hello'), 'hello');
  return client.peerCertificate?.subject.replace('CN=', '');
}

test('by its name', async (t) => {
  const options = new Map<string, ServerIdentityOptions>();
  for (const name of ['a.example', 'b.example']) options.set(name, await certificateFor(name));
  const asked: string[] = [];
  const selectContext: ContextSelection = async (serverName) => {
    asked.push(serverName);
    return options.get(serverName);
  };
  const { port } = await startCertifiedServer(t, { selectContext });
  t.is(await askFor(t, port, 'a.example'), 'a.example');
  t.is(await askFor(t, port, 'b.example'), 'b.example');
  t.is(await askFor(t, port, 'a.example'), 'a.example');
  t.is(await askFor(t, port, 'localhost'), 'server', "the server's own");
  t.deepEqual(asked, ['a.example', 'b.example', 'a.example', 'localhost']);
});

test('only for a name that addContext() was not told', async (t) => {
  const { server, port } = await startCertifiedServer(t, { selectContext: async () => t.fail() as never });
  server.addContext('*.example', await certificateFor('a.example'));
  t.is(await askFor(t, port, 'a.example'), 'a.example');
  t.is(await askFor(t, port, '', '127.0.0.1'), 'server');
  t.is(server.counters().questionsAsked, 0);
});

test('the same options cost nothing again', async (t) => {
  const given = await certificateFor('a.example');
  let reads = 0;
  const options = new Proxy(given, {
    get: (target, name, receiver) => {
      if (name === 'cert') reads += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  const { port } = await startCertifiedServer(t, { selectContext: () => options });
  await askFor(t, port, 'a.example');
  const before = reads;
  t.true(before > 0);
  await askFor(t, port, 'a.example');
  t.is(reads, before);
});

test('together with admission, and one that is denied does not wait for it', async (t) => {
  const options = await certificateFor('a.example');
  let admitted = true;
  const selectContext: ContextSelection = () => (admitted ? options : new Promise<never>(() => {}));
  const { port } = await startCertifiedServer(t, { selectContext, admit: () => admitted });
  t.is(await askFor(t, port, 'a.example'), 'a.example');
  admitted = false;
  await t.throwsAsync(askFor(t, port, 'a.example'), { message: /access_denied/ });
});

for (const [what, selectContext, cause] of [
  ['fails', async () => Promise.reject(new Error('no disk')), { message: 'no disk' }],
  ['answers a key of another certificate', async () => mismatch(), { code: 'ERR_KEY_MISMATCH' }],
  ['answers an unknown option', async () => ({ certificate: '' }) as never, { code: 'ERR_UNKNOWN_OPTION' }],
] as const) {
  test(`a function that ${what} refuses its client, and is reported`, async (t) => {
    const { server, port } = await startCertifiedServer(t, { selectContext });
    const reported = once(server, 'clientError') as Promise<[ClientError]>;
    await t.throwsAsync(dialCertified(t, port, { servername: 'a.example' }), { message: /internal_error/ });
    const [error] = await reported;
    t.is(error.code, 'ERR_QUESTION_FAILED');
    t.like(error.cause, cause);
  });
}

test('secrets of such handshakes are logged', async (t) => {
  const options = await certificateFor('a.example');
  const { server, port } = await startCertifiedServer(t, { selectContext: () => options });
  await askFor(t, port, 'a.example');
  const line = once(server, 'keylog') as Promise<[Buffer]>;
  await askFor(t, port, 'a.example');
  t.regex((await line)[0].toString(), /^CLIENT_RANDOM /);
});

test('a server needs a certificate for everybody else', (t) => {
  t.throws(() => new DtlsServer({ psk: {}, selectContext: () => null }), {
    code: 'ERR_INVALID_OPTION',
    message: /^cert: .*selectContext/,
  });
});

async function mismatch(): Promise<ServerIdentityOptions> {
  return { ...(await certificateFor('a.example')), key: (await pki.server()).keyPem };
}
