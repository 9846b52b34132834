import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { connect, type DtlsSocket } from 'lwm2m-tls';
import { Lwm2mServer } from 'lwm2m-tls/lwm2m';
import { type CoapMessage, encodeMessage, numberOption, optionNumber, optionTexts } from '#lib/lwm2m/coap-message.js';
import { parsed, request } from './coap-peer.js';

const key = Buffer.from('key');
const empty = { token: Buffer.alloc(0), options: [], payload: Buffer.alloc(0) };

async function serverOf(t: ExecutionContext): Promise<Lwm2mServer> {
  const server = new Lwm2mServer({ psk: { device: key } });
  t.teardown(() => server.close());
  await server.listen({ host: '127.0.0.1', port: 0 });
  return server;
}

/** A device that has registered, or updated. */
async function deviceOf(server: Lwm2mServer, message = request({ messageId: 7 })): Promise<DtlsSocket> {
  const { port } = server.address();
  const socket = await connect({ host: '127.0.0.1', port, psk: { identity: 'device', key }, copyMessages: true });
  socket.send(message);
  await next(socket);
  return socket;
}

async function next(socket: DtlsSocket): Promise<CoapMessage> {
  const [message] = await once(socket, 'message');
  return parsed(message as Buffer);
}

function answer(question: CoapMessage, code: string, observed: boolean): Buffer {
  const options = observed ? [numberOption('Observe', 1)] : [];
  const { messageId, token } = question;
  return encodeMessage({ type: 'acknowledgement', code, messageId, token, options, payload: Buffer.from('97') });
}

function notification(
  token: Buffer,
  sequence: number,
  type: 'confirmable' | 'non-confirmable' = 'confirmable',
): Buffer {
  const options = [numberOption('Observe', sequence), numberOption('Content-Format', 0)];
  return encodeMessage({ type, code: '2.05', messageId: 1_000 + sequence, token, options, payload: Buffer.from('96') });
}

test('a value now, notifications later, also over another association', async (t) => {
  const server = await serverOf(t);
  const socket = await deviceOf(server);
  const observed = server.observe('device-1', '/3/0/9');
  const question = await next(socket);
  t.is(question.code, '0.01');
  t.is(optionNumber(question, 'Observe'), 0);
  t.deepEqual(optionTexts(question, 'Uri-Path'), ['3', '0', '9']);
  socket.send(answer(question, '2.05', true));
  t.is((await observed).response.payload.toString(), '97');

  const notified = once(server, 'notify');
  socket.send(notification(question.token, 2));
  t.deepEqual(await next(socket), { type: 'acknowledgement', code: '0.00', messageId: 1_002, ...empty });
  t.like((await notified)[0], { endpoint: 'device-1', path: '/3/0/9', sequence: 2, contentFormat: 0 });
  await socket.close();

  const location = `/rd/${server.registration('device-1')?.id}`;
  const again = await deviceOf(server, request({ path: location, query: [], payload: '', messageId: 8 }));
  const later = once(server, 'notify');
  again.send(notification(question.token, 3, 'non-confirmable'));
  t.like((await later)[0], { sequence: 3 });
  t.is(server.counters().notifications, 2);
  await again.close();
});

test('what is not observed is reset', async (t) => {
  const server = await serverOf(t);
  server.on('notify', () => t.fail());
  const socket = await deviceOf(server);
  socket.send(notification(Buffer.from('0000'), 2));
  t.is((await next(socket)).type, 'reset');

  const observed = server.observe('device-1', '/3/0/9');
  const question = await next(socket);
  socket.send(answer(question, '2.05', true));
  await observed;
  socket.send(
    request({ code: '0.04', path: `/rd/${server.registration('device-1')?.id}`, query: [], payload: '', messageId: 9 }),
  );
  t.is((await next(socket)).code, '2.02');
  socket.send(notification(question.token, 4));
  t.is((await next(socket)).type, 'reset', 'after De-register');
  await socket.close();
});

test('a device that does not take part is told', async (t) => {
  const server = await serverOf(t);
  const socket = await deviceOf(server);
  for (const [code, observed, response] of [
    ['2.05', false, '2.05'],
    ['4.04', false, '4.04'],
  ] as const) {
    const refused = t.throwsAsync(server.observe('device-1', '/3/0/9'), { code: 'ERR_COAP_RESPONSE' });
    socket.send(answer(await next(socket), code, observed));
    t.like(await refused, { response });
  }
  await socket.close();
});

test('who is not there cannot be observed', async (t) => {
  const server = await serverOf(t);
  await t.throwsAsync(server.observe('device-1', '/3/0/9'), { code: 'ERR_NOT_REGISTERED' });
  const socket = await deviceOf(server);
  const pending = t.throwsAsync(server.observe('device-1', '/3/0/9'), { code: 'ERR_CLOSED' });
  await socket.close();
  await pending;
  await t.throwsAsync(server.observe('device-1', '/3/0/9'), { code: 'ERR_CLOSED' });
  for (const path of ['', '3/0', '/3/x', '/', undefined]) {
    await t.throwsAsync(server.observe('device-1', path as string), { code: 'ERR_INVALID_OPTION' });
  }
});
