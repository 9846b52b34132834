import test from 'ava';
import type { CoapResponse } from '#lib/lwm2m/coap-message.js';
import { CoapResponder } from '#lib/lwm2m/coap-responder.js';
import { newCounters } from '#lib/lwm2m/lwm2m-counters.js';
import { MessageHistory } from '#lib/lwm2m/message-history.js';
import { parsed, request } from './coap-peer.js';

function responder() {
  const counters = newCounters();
  const coap = new CoapResponder(counters);
  let answers = 0;
  const receive = (datagram: Buffer, now = 0) =>
    coap.receive(datagram, now, (): { response: CoapResponse } => {
      answers += 1;
      return { response: { code: '2.04', payload: String(answers) } };
    });
  return { counters, receive, answers: () => answers };
}

test('a confirmable request is answered in its acknowledgement', (t) => {
  const { receive } = responder();
  const { reply, handled } = receive(request({ messageId: 77, token: 'xy' }));
  const answer = parsed(reply);
  t.is(answer.type, 'acknowledgement');
  t.is(answer.messageId, 77);
  t.is(answer.token.toString(), 'xy');
  t.is(answer.code, '2.04');
  t.truthy(handled);
});

test('a non-confirmable request is answered non-confirmable', (t) => {
  const { receive } = responder();
  const answer = parsed(receive(request({ type: 'non-confirmable', token: 'xy' })).reply);
  t.is(answer.type, 'non-confirmable');
  t.is(answer.token.toString(), 'xy');
});

test('a duplicate gets the same bytes and is not handled again', (t) => {
  const { receive, answers, counters } = responder();
  const first = receive(request());
  const second = receive(request(), 246_999);
  t.deepEqual(second.reply, first.reply);
  t.is(second.handled, undefined);
  t.is(answers(), 1);
  t.is(counters.duplicates, 1);
  t.is(counters.requests, 1);
});

test('a message id is free again after EXCHANGE_LIFETIME', (t) => {
  const { receive, answers } = responder();
  receive(request());
  t.truthy(receive(request(), 247_000).handled);
  t.is(answers(), 2);
});

test('a non-confirmable duplicate is ignored', (t) => {
  const { receive, counters } = responder();
  receive(request({ type: 'non-confirmable' }));
  t.deepEqual(receive(request({ type: 'non-confirmable' })), { reply: undefined });
  t.is(counters.duplicates, 1);
});

test('a ping is answered with a reset', (t) => {
  const { receive, counters } = responder();
  t.is(receive(Buffer.from('40001234', 'hex')).reply?.toString('hex'), '70001234');
  t.is(counters.pings, 1);
});

test('a response that nobody asked for is answered with a reset when confirmable', (t) => {
  const { receive } = responder();
  t.is(receive(request({ code: '2.05', messageId: 0x0102 })).reply?.toString('hex'), '70000102');
  t.is(receive(request({ code: '2.05', type: 'non-confirmable' })).reply, undefined);
});

test('acknowledgements and resets are taken silently', (t) => {
  const { receive } = responder();
  t.deepEqual(receive(Buffer.from('60001234', 'hex')), {});
  t.deepEqual(receive(Buffer.from('70001234', 'hex')), {});
});

test('memory of a peer is bounded, the oldest exchange goes first', (t) => {
  const history = new MessageHistory();
  for (let messageId = 0; messageId < 10_000; messageId++) history.remember(messageId, true, Buffer.alloc(1), 0);
  t.is(history.size, 256);
  t.is(history.find(9_743, 0), undefined);
  t.truthy(history.find(9_744, 0));
  history.find(0, 247_000);
  t.is(history.size, 0);
});
