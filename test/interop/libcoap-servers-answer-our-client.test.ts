import { once } from 'node:events';
import { generate, parse } from 'coap-packet';
import { textKeyed } from '../helpers/credentials.js';
import { startCoapServer } from '../helpers/foreign/libcoap.js';
import { coapServerGnutls, coapServerOpenssl, testWith } from '../helpers/foreign/tools.js';
import { dial } from '../helpers/ours.js';
import { watchServer } from '../helpers/pairings.js';
import { ccm8, gcm, type Suite, suites } from '../helpers/suites.js';
import { within } from '../helpers/within.js';

const request = generate({ code: '0.01', confirmable: true, messageId: 4711, token: Buffer.from('token') });

for (const tool of [coapServerOpenssl, coapServerGnutls]) {
  for (const suite of suitesOf(tool.name)) {
    testWith(tool, `${tool.name} with ${suite.name}`, async (t, found) => {
      const { process, port } = watchServer(t, await startCoapServer(found));
      const socket = await dial(t, port, { psk: textKeyed, cipherSuites: [suite.name] });
      t.is(socket.cipher.name, suite.name);
      const arrived = once(socket, 'message') as Promise<[Buffer]>;
      socket.send(request);
      const [datagram] = await within(10_000, 'the answer', arrived);
      const answer = parse(datagram);
      t.is(answer.code, '2.05');
      t.is(answer.messageId, 4711);
      t.is(answer.token.toString(), 'token');
      t.regex(answer.payload.toString(), /test server made with libcoap/);
      await socket.close();
      await process.waitFor(/session disconnected|session 0x[\da-f]+: closed/);
    });
  }
}

/** The OpenSSL build offers suites of TLS 1.2 only, and CBC-SHA256 with a PSK counts as TLS 1.0 there. */
function suitesOf(name: string): Suite[] {
  return name.includes('openssl') ? [ccm8, gcm] : suites;
}
