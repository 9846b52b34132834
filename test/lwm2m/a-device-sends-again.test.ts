import test from 'ava';
import { encodeEmpty, encodeMessage } from '#lib/lwm2m/coap-message.js';
import { CoapRequester } from '#lib/lwm2m/coap-requester.js';
import { parsed, request } from './coap-peer.js';

const quick = { ackTimeout: 20, ackRandomFactor: 1.5, maxRetransmit: 3 };

function requester(parameters = quick) {
  const sent: Buffer[] = [];
  const coap = new CoapRequester({ send: (datagram) => sent.push(Buffer.from(datagram)) }, parameters);
  const answer = (code: string, type: 'acknowledgement' | 'confirmable' = 'acknowledgement', messageId?: number) => {
    const { token, messageId: asked } = parsed(sent[0]);
    const message = {
      type,
      code,
      messageId: messageId ?? asked,
      token,
      options: [],
      payload: Buffer.alloc(0),
    } as const;
    coap.receive(encodeMessage(message));
  };
  return { coap, sent, answer };
}

test('a request without an answer is sent again, then fails', async (t) => {
  const { coap, sent } = requester();
  const startedAt = performance.now();
  await t.throwsAsync(coap.request({ code: '0.02' }), { code: 'ETIMEDOUT' });
  t.is(sent.length, 4);
  t.is(new Set(sent.map((datagram) => datagram.toString('hex'))).size, 1, 'the same bytes each time');
  t.true(performance.now() - startedAt >= 20 + 40 + 80 + 160 - 5);
});

test('an answer to a retransmission counts from the first transmission', async (t) => {
  const { coap, sent, answer } = requester();
  const exchange = coap.request({ code: '0.02' });
  while (sent.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  answer('2.04');
  const { roundTripMillis, retransmissions } = await exchange;
  t.is(retransmissions, 2);
  t.true(roundTripMillis >= 55);
});

test('a separate response is awaited after the acknowledgement, and acknowledged', async (t) => {
  const { coap, sent, answer } = requester();
  const exchange = coap.request({ code: '0.01' });
  coap.receive(encodeEmpty('acknowledgement', parsed(sent[0]).messageId));
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.is(sent.length, 1, 'an acknowledged request is not sent again');
  answer('2.05', 'confirmable', 4711);
  t.is((await exchange).response.code, '2.05');
  t.is(sent[1]?.toString('hex'), encodeEmpty('acknowledgement', 4711).toString('hex'));
});

test('a reset ends the request', async (t) => {
  const { coap, sent } = requester();
  const exchange = coap.request({ code: '0.01' });
  coap.receive(encodeEmpty('reset', parsed(sent[0]).messageId));
  await t.throwsAsync(exchange, { code: 'ERR_COAP_RESET' });
});

test('an acknowledgement of something else changes nothing', async (t) => {
  const { coap, sent, answer } = requester({ ...quick, ackTimeout: 5_000 });
  const exchange = coap.request({ code: '0.01' });
  answer('2.05', 'acknowledgement', parsed(sent[0]).messageId ^ 1);
  coap.receive(Buffer.from('garbage'));
  coap.receive(Buffer.alloc(0));
  answer('2.04');
  t.is((await exchange).response.code, '2.04');
});

test('requests of the server get a reset', (t) => {
  const { coap, sent } = requester();
  coap.receive(request({ code: '0.01', messageId: 0x0506, payload: '' }));
  t.is(sent[0]?.toString('hex'), '70000506');
});

test('closing fails what is open and all that follows', async (t) => {
  const { coap } = requester();
  const exchange = coap.request({ code: '0.01' });
  coap.close();
  await t.throwsAsync(exchange, { code: 'ERR_CLOSED' });
  await t.throwsAsync(coap.request({ code: '0.01' }), { code: 'ERR_CLOSED' });
});

test('what the transport throws is what the request rejects with', async (t) => {
  const tooLarge = Object.assign(new Error('too large'), { code: 'EMSGSIZE' });
  const coap = new CoapRequester({
    send() {
      throw tooLarge;
    },
  });
  t.is(await t.throwsAsync(coap.request({ code: '0.02' })), tooLarge);
});
