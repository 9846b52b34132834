import test from 'ava';
import { numberOption, optionNumber, parseMessage, rejectableMessageId } from '#lib/lwm2m/coap-message.js';
import { parsed, request } from './coap-peer.js';

const whole = request({ token: 'tok' });

test('what was written is read back', (t) => {
  const message = parsed(whole);
  t.is(message.type, 'confirmable');
  t.is(message.code, '0.02');
  t.is(message.messageId, 1);
  t.is(message.token.toString(), 'tok');
  t.is(message.payload.toString(), '</1/0>,</3/0>');
});

test('a message cut anywhere before its payload is not a message, unless it ends where an option does', (t) => {
  const payloadAt = whole.indexOf(0xff);
  const wholeOptions = new Set<number>();
  for (let length = 0; length < payloadAt; length++) {
    if (parseMessage(whole.subarray(0, length))) wholeOptions.add(length);
  }
  // header and token, then after Uri-Path, Content-Format and each of three queries but the last, where the marker follows
  t.deepEqual([...wholeOptions], [7, 10, 12, 24, 30]);
  t.is(parseMessage(whole.subarray(0, payloadAt + 1)), undefined, 'a marker without a payload');
});

for (const [name, hex] of [
  ['version 0', '00010001'],
  ['version 2', '80010001'],
  ['token of 9 bytes', `49010001${'00'.repeat(9)}`],
  ['token length 15', '4f010001'],
  ['reserved code class 1', '40210001'],
  ['reserved code class 7', '40e10001'],
  ['empty message with a token', '4100000101'],
  ['empty message with an option', '40000001b0'],
  ['option delta 15', '40010001f1'],
  ['option length 15', '400100011f'],
] as const) {
  test(`refused: ${name}`, (t) => {
    t.is(parseMessage(Buffer.from(hex, 'hex')), undefined);
  });
}

test('only a confirmable message of our version is owed a reset', (t) => {
  t.is(rejectableMessageId(Buffer.from('4f011234', 'hex')), 0x1234);
  t.is(rejectableMessageId(Buffer.from('5f011234', 'hex')), undefined);
  t.is(rejectableMessageId(Buffer.from('8f011234', 'hex')), undefined);
  t.is(rejectableMessageId(Buffer.from('4f01', 'hex')), undefined);
});

test('integers take as few bytes as they can', (t) => {
  for (const [value, bytes] of [
    [0, 0],
    [1, 1],
    [255, 1],
    [256, 2],
    [4_294_967_295, 4],
  ] as const) {
    const option = numberOption('Content-Format', value);
    t.is(option.value.length, bytes);
    t.is(optionNumber({ options: [option] }, 'Content-Format'), value);
  }
});
