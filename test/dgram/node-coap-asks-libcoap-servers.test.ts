import { once } from 'node:events';
import coap from 'coap';
import { textKeyed } from '../helpers/credentials.js';
import { startCoapServer } from '../helpers/foreign/libcoap.js';
import { coapServerGnutls, coapServerOpenssl, testWith } from '../helpers/foreign/tools.js';
import { ask, coapAgent, numbered, type Request } from '../helpers/node-coap.js';
import { ccm8 } from '../helpers/suites.js';
import { watchServer } from '../helpers/watch.js';
import { until, within } from '../helpers/within.js';

const credentials = { psk: textKeyed, cipherSuites: [ccm8.name] };

for (const tool of [coapServerOpenssl, coapServerGnutls]) {
  testWith(tool, `${tool.name} answers, and separately too`, async (t, found) => {
    const { port } = watchServer(t, await startCoapServer(found));
    const { agent } = coapAgent(t, credentials);
    t.regex((await ask(agent, port)).payload.toString(), /test server made with libcoap/);
    const separate = await ask(agent, port, { pathname: '/async', query: '1' });
    t.is(separate.payload.toString(), 'done');
  });

  testWith(tool, `${tool.name} takes and gives a large body in blocks`, async (t, found) => {
    const body = numbered(3_000);
    const { port } = watchServer(t, await startCoapServer(found));
    const { agent } = coapAgent(t, credentials);
    const request = coap.request({
      ...{ agent, hostname: '127.0.0.1', port, method: 'PUT', pathname: '/example_data' },
    });
    request.setOption('Block1', Buffer.from([5]));
    const answered = once(request, 'response') as Promise<[Request]>;
    request.end(body);
    const [response] = await within(20_000, 'an answer', answered);
    t.is(response.code, '2.01');
    t.deepEqual((await ask(agent, port, { pathname: '/example_data' })).payload, body);
  });

  testWith(tool, `${tool.name} notifies`, async (t, found) => {
    const { port } = watchServer(t, await startCoapServer(found));
    const { agent } = coapAgent(t, credentials);
    const observation = (await ask(agent, port, { pathname: '/time', observe: true })) as Request &
      coap.ObserveReadStream;
    let notifications = 0;
    observation.on('data', () => {
      notifications += 1;
    });
    await until('two notifications', () => notifications >= 2);
    observation.close();
    t.pass();
  });
}
