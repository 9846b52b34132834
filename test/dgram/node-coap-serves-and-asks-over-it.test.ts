import { once } from 'node:events';
import test from 'ava';
import coap from 'coap';
import { client1 } from '../helpers/credentials.js';
import { ask, coapAgent, numbered, type Request, type Response, remoteOf, serveCoap } from '../helpers/node-coap.js';
import { ccm8 } from '../helpers/suites.js';
import { deferred, until, within } from '../helpers/within.js';

test('every method reaches the server, and the answer comes back', async (t) => {
  const { port } = await serveCoap(t, (request, response) => {
    response.code = '2.04';
    response.end(`${request.method} ${request.url} ${request.payload}`);
  });
  const { agent } = coapAgent(t);
  for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const) {
    const response = await ask(agent, port, { method, pathname: '/a/b', query: 'c=d' }, 'hello');
    t.is(response.code, '2.04');
    t.is(response.payload.toString(), `${method} /a/b?c=d hello`);
  }
});

test('non-confirmable requests are answered', async (t) => {
  const { port } = await serveCoap(t, (request, response) => {
    t.false(request._packet.confirmable);
    response.end('hello');
  });
  const { agent } = coapAgent(t);
  t.is((await ask(agent, port, { confirmable: false })).payload.toString(), 'hello');
});

test('a request tells who has sent it', async (t) => {
  const { port } = await serveCoap(t, (request, response) => {
    const { pskIdentity, cipher, association, socket, family, address } = remoteOf(request);
    const { authorized } = socket;
    response.end(JSON.stringify([pskIdentity, cipher.name, association, authorized, family, address]));
  });
  const { agent } = coapAgent(t, { cipherSuites: [ccm8.name] });
  const response = await ask(agent, port);
  t.deepEqual(JSON.parse(response.payload.toString()), [client1.identity, ccm8.name, 1, true, 'IPv4', '127.0.0.1']);
  t.is(remoteOf(response).port, port);
  t.is(remoteOf(response).cipher.name, ccm8.name);
});

test('a separate response arrives, and is acknowledged', async (t) => {
  const { port } = await serveCoap(
    t,
    (_request, response) => {
      // Behind the empty acknowledgement.
      setTimeout(() => response.end('later'), 100);
    },
    { coapOptions: { piggybackReplyMs: 10 } },
  );
  const { agent } = coapAgent(t);
  const response = await ask(agent, port);
  t.is(response.payload.toString(), 'later');
  t.true(response._packet.confirmable);
});

test('a large request body comes in blocks', async (t) => {
  const body = numbered(5_000);
  const { port } = await serveCoap(t, (request, response) => {
    t.deepEqual(request.payload, body);
    response.code = '2.04';
    response.end(`${request.payload.length}`);
  });
  const { agent } = coapAgent(t);
  const request = coap.request({ agent, hostname: '127.0.0.1', port, method: 'PUT', pathname: '/firmware' });
  request.setOption('Block1', Buffer.from([5]));
  const answered = once(request, 'response') as Promise<[Request]>;
  request.end(body);
  const [response] = await within(20_000, 'an answer', answered);
  t.is(response.code, '2.04');
  t.is(response.payload.toString(), '5000');
});

test('a large response body comes in blocks', async (t) => {
  const body = numbered(20_000);
  const { port } = await serveCoap(t, (_request, response) => response.end(body));
  const { agent } = coapAgent(t);
  t.deepEqual((await ask(agent, port)).payload, body);
});

test('an observation gets its notifications until its reader has had enough', async (t) => {
  const observed = deferred<Response>();
  const { port } = await serveCoap(t, (_request, response) => {
    response.write('1');
    response.write('2');
    observed.resolve(response);
  });
  const { agent } = coapAgent(t);
  const observation = (await ask(agent, port, { observe: true })) as Request & coap.ObserveReadStream;
  const response = await observed.promise;
  const values: string[] = [];
  observation.on('data', (value) => values.push(String(value)));
  await until('two notifications', () => values.length === 2);
  response.write('3');
  await until('a third one', () => values.length === 3);
  t.deepEqual(values, ['1', '2', '3']);

  observation.close();
  const finished = once(response, 'finish');
  response.write('4'); // answered with a reset: nobody knows the token any more
  await within(20_000, 'the end of the observation', finished);
});

test('many agents at once get what is theirs', async (t) => {
  const { socket, port } = await serveCoap(t, (request, response) => response.end(request.url));
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const { agent } = coapAgent(t);
      const urls: string[] = [];
      for (let turn = 0; turn < 5; turn++) {
        urls.push((await ask(agent, port, { pathname: `/${index}/${turn}` })).payload.toString());
      }
      return urls;
    }),
  );
  for (const [index, urls] of answers.entries()) {
    t.deepEqual(
      urls,
      [0, 1, 2, 3, 4].map((turn) => `/${index}/${turn}`),
    );
  }
  t.is(socket.server.connections, 20);
});
