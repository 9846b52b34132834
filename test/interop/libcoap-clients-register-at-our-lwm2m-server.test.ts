import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import type { DtlsSocket } from 'lwm2m-tls';
import type { Registration } from 'lwm2m-tls/lwm2m';
import { textKeyed } from '../helpers/credentials.js';
import { startCoapClient } from '../helpers/foreign/libcoap.js';
import { coapClientGnutls, coapClientOpenssl, type Tool, testWith } from '../helpers/foreign/tools.js';
import { startLwm2mServer } from '../helpers/lwm2m.js';
import { closed } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { ccm8, gcm, type Suite } from '../helpers/suites.js';
import { within } from '../helpers/within.js';

async function register(t: ExecutionContext, tool: Tool, suite: Suite): Promise<void> {
  const psk = { [textKeyed.identity]: textKeyed.key };
  const { server, port } = await startLwm2mServer(t, { psk, cipherSuites: [suite.name] });
  const connected = once(server, 'connection') as Promise<[DtlsSocket]>;
  const registered = once(server, 'register') as Promise<[Registration]>;

  const client = watch(
    t,
    startCoapClient(tool, {
      port,
      method: 'post',
      target: 'rd?ep=weather-station&lt=300&lwm2m=1.1&b=U',
      contentFormat: 40,
      payload: '</1/0>,</3/0>',
    }),
  );

  const [socket] = await within(10_000, 'a connection', connected);
  const goodbye = closed(socket);
  t.is(socket.cipher.name, suite.name);
  const [registration] = await within(10_000, 'a registration', registered);
  t.is(registration.endpoint, 'weather-station');
  t.is(registration.identity, textKeyed.identity);
  t.is(registration.lifetime, 300);
  t.is(registration.objects.length, 2);

  await client.waitFor(new RegExp(`c:2\\.01 .*Location-Path:rd, Location-Path:${registration.id}`));
  t.is(await client.exited, 0);
  t.is(await goodbye, false);
}

for (const tool of [coapClientOpenssl, coapClientGnutls]) {
  for (const suite of [ccm8, gcm]) {
    testWith(tool, `${tool.name} with ${suite.name}`, async (t, found) => register(t, found, suite));
  }
}
