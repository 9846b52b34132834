import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { DtlsSocket, PskLookup } from 'lwm2m-tls';
import type { Registration } from 'lwm2m-tls/lwm2m';
import { client1, textKeyed } from '../helpers/credentials.js';
import type { ForeignClient } from '../helpers/foreign/foreign-client.js';
import { gnutlsClient } from '../helpers/foreign/gnutls.js';
import { startCoapClient } from '../helpers/foreign/libcoap.js';
import { opensslClient } from '../helpers/foreign/openssl.js';
import {
  coapClientGnutls,
  coapClientOpenssl,
  gnutlsCli,
  opensslTools,
  type Tool,
  testWith,
} from '../helpers/foreign/tools.js';
import { startLwm2mServer } from '../helpers/lwm2m.js';
import { closed, nextConnection, startServer } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { ccm8, type Suite } from '../helpers/suites.js';
import { within } from '../helpers/within.js';

const keys = new Map([client1, textKeyed].map(({ identity, key }) => [identity, key]));

/** Shorter and longer than the first repetition of a flight. */
const delays = [200, 1_500];

function slowly(delay: number, asked: string[]): PskLookup {
  return async (identity) => {
    asked.push(identity);
    await sleep(delay);
    return keys.get(identity);
  };
}

async function converse(t: ExecutionContext, foreign: ForeignClient, tool: Tool, suite: Suite, delay: number) {
  const asked: string[] = [];
  const { server, port } = await startServer(t, { psk: slowly(delay, asked) });
  const connection = nextConnection(server);
  const client = watch(t, foreign.start(tool, port, { suite }));
  await client.waitFor(foreign.connected(suite));
  const { socket, inbox } = await connection;
  t.is(socket.pskIdentity, client1.identity);
  t.deepEqual(asked, [client1.identity]);
  client.writeLine('from the client');
  t.is(await inbox.next(), 'from the client\n');
  const goodbye = closed(socket);
  foreign.leave(client);
  t.is(await goodbye, false);
  await client.exited;
}

async function register(t: ExecutionContext, tool: Tool, delay: number) {
  const asked: string[] = [];
  const { server, port } = await startLwm2mServer(t, { psk: slowly(delay, asked), cipherSuites: [ccm8.name] });
  const connected = once(server, 'connection') as Promise<[DtlsSocket]>;
  const registered = once(server, 'register') as Promise<[Registration]>;
  const target = 'rd?ep=weather-station&lt=300&lwm2m=1.1&b=U';
  const payload = '</1/0>,</3/0>';
  const client = watch(t, startCoapClient(tool, { port, method: 'post', target, contentFormat: 40, payload }));
  const [socket] = await within(10_000, 'a connection', connected);
  t.is(socket.pskIdentity, textKeyed.identity);
  const [registration] = await within(10_000, 'a registration', registered);
  t.is(registration.identity, textKeyed.identity);
  t.deepEqual(asked, [textKeyed.identity]);
  t.is(await client.exited, 0);
}

for (const delay of delays) {
  for (const openssl of opensslTools) {
    testWith(openssl, `${openssl.name}, for ${delay} ms`, async (t, tool) =>
      converse(t, opensslClient, tool, ccm8, delay),
    );
  }
  testWith(gnutlsCli, `gnutls-cli, for ${delay} ms`, async (t, tool) => converse(t, gnutlsClient, tool, ccm8, delay));
  for (const tool of [coapClientOpenssl, coapClientGnutls]) {
    testWith(tool, `${tool.name}, for ${delay} ms`, async (t, found) => register(t, found, delay));
  }
}
