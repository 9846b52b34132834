import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { Lwm2mServer, type Lwm2mServerOptions, type Registration, SimulatedDevice } from 'lwm2m-tls/lwm2m';
import { identityOf } from '../helpers/certified.js';
import { type CertifiedKey, pki } from '../helpers/pki.js';

async function start(t: ExecutionContext, options: Partial<Lwm2mServerOptions> = {}) {
  const ca = (await pki.root()).pem;
  const server = new Lwm2mServer({ ...identityOf(await pki.server()), ca, requestCert: true, ...options });
  t.teardown(async () => server.close());
  const { port } = await server.listen({ host: '127.0.0.1' });
  return { server, port };
}

async function device(t: ExecutionContext, port: number, certified: CertifiedKey, endpoint: string) {
  const ca = (await pki.root()).pem;
  const made = new SimulatedDevice({ host: '127.0.0.1', port, ca, ...identityOf(certified), endpoint });
  t.teardown(async () => made.close());
  await made.connect();
  return made;
}

test('the common name of a verified certificate', async (t) => {
  const { server, port } = await start(t);
  const registered = once(server, 'register') as Promise<[Registration]>;
  await (await device(t, port, await pki.client(), 'urn:dev:1')).register();
  const [registration] = await registered;
  t.like(registration, { identity: 'client', endpoint: 'urn:dev:1' });
});

test('nobody registers an endpoint of another certificate', async (t) => {
  const { port } = await start(t);
  await (await device(t, port, await pki.client(), 'urn:dev:1')).register();
  const other = await device(t, port, await pki.rsaClient(), 'urn:dev:1');
  await t.throwsAsync(other.register(), { message: /4\.03/ });
});

test('what is not verified is no identity', async (t) => {
  const { server, port } = await start(t, { rejectUnauthorized: false });
  const registered = once(server, 'register') as Promise<[Registration]>;
  await (await device(t, port, await pki.strangeClient(), 'urn:dev:1')).register();
  t.is((await registered)[0].identity, undefined);
});
