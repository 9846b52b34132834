import test from 'ava';
import { numberOption, optionTexts, textOption } from '#lib/lwm2m/coap-message.js';
import type { RegistrationPeer } from '#lib/lwm2m/registration.js';
import { RegistrationInterface } from '#lib/lwm2m/registration-interface.js';
import { RegistrationTable } from '#lib/lwm2m/registration-table.js';
import { parsedRequest, type RequestFields } from './coap-peer.js';

const peer: RegistrationPeer = {
  identity: 'device-1',
  remoteAddress: '192.0.2.1',
  remotePort: 40_000,
  cipher: 'TLS_PSK_WITH_AES_128_CCM_8',
};
const stranger: RegistrationPeer = { ...peer, identity: 'device-2' };

function server(maxRegistrations = 10) {
  const table = new RegistrationTable(() => {});
  const registrations = new RegistrationInterface(table, { defaultLifetime: 86_400, maxRegistrations });
  const handle = (fields: RequestFields, from = peer) => registrations.handle(parsedRequest(fields), from);
  const code = (fields: RequestFields, from = peer) => handle(fields, from).response.code;
  const register = (fields: RequestFields = {}, from = peer) => {
    const { response } = handle(fields, from);
    return `/${optionTexts({ options: response.options ?? [] }, 'Location-Path').join('/')}`;
  };
  return { table, handle, code, register };
}

test('Register says where, Update and De-register act there', (t) => {
  const { table, code, register } = server();
  const location = register();
  t.regex(location, /^\/rd\/[\w-]+$/);
  t.is(table.size, 1);
  t.is(code({ path: location, query: ['lt=120'], payload: '' }), '2.04');
  t.is(table.ofEndpoint('device-1')?.lifetime, 120);
  t.is(code({ code: '0.03', path: location, query: [], payload: '</5/0>' }), '2.04', 'PUT');
  t.deepEqual(
    table.ofEndpoint('device-1')?.objects.map(({ target }) => target),
    ['/5/0'],
  );
  t.is(code({ code: '0.04', path: location, query: [], payload: '' }), '2.02');
  t.is(table.size, 0);
  t.is(code({ code: '0.04', path: location, query: [], payload: '' }), '4.04');
});

test('what a device does not say has its default', (t) => {
  const { table, register } = server();
  register({ query: [] });
  const registration = table.ofEndpoint('device-1');
  t.like(registration, { endpoint: 'device-1', lifetime: 86_400, version: '1.0', binding: 'U', queueMode: false });
});

test('what a device says is kept', (t) => {
  const { table, register } = server();
  register({ query: ['ep=urn:dev:1', 'lt=7', 'lwm2m=1.2', 'b=UT', 'Q', 'sms=123', 'vendor=x'] });
  t.like(table.ofEndpoint('urn:dev:1'), {
    ...peer,
    lifetime: 7,
    version: '1.2',
    binding: 'UT',
    queueMode: true,
    smsNumber: '123',
  });
});

for (const [name, expected, fields] of [
  ['an unknown path', '4.04', { path: '/bs' }],
  ['a path below a registration', '4.04', { path: '/rd/1/2' }],
  ['GET on /rd', '4.05', { code: '0.01', payload: '' }],
  ['DELETE on /rd', '4.05', { code: '0.04', payload: '' }],
  ['an empty endpoint name', '4.00', { query: ['ep='] }],
  ['a lifetime that is no number', '4.00', { query: ['ep=a', 'lt=soon'] }],
  ['a lifetime out of range', '4.00', { query: ['ep=a', 'lt=4294967296'] }],
  ['a negative lifetime', '4.00', { query: ['ep=a', 'lt=-1'] }],
  ['a parameter given twice', '4.00', { query: ['ep=a', 'ep=b'] }],
  ['a version that is none', '4.00', { query: ['ep=a', 'lwm2m=one'] }],
  ['a version that we do not speak', '4.12', { query: ['ep=a', 'lwm2m=2.0'] }],
  ['a binding mode that is none', '4.00', { query: ['ep=a', 'b=X'] }],
  ['no objects', '4.00', { payload: '' }],
  ['objects that are not link format', '4.00', { payload: '/1/0' }],
  ['an unknown critical option', '4.02', { options: [{ name: '9999', value: Buffer.alloc(0) }] }],
  ['If-Match', '4.02', { options: [{ name: 'If-Match', value: Buffer.alloc(1) }] }],
  ['a proxy request', '5.05', { options: [textOption('Proxy-Uri', 'coap://example.com')] }],
  ['a first block of several', '4.13', { options: [numberOption('Block1', 0b1110)] }],
  ['a later block', '4.08', { options: [numberOption('Block1', 0b1_0110)] }],
] as const satisfies [string, string, RequestFields][]) {
  test(`${expected} for ${name}`, (t) => {
    const { table, code } = server();
    t.is(code({ ...fields }), expected);
    t.is(table.size, 0);
  });
}

test('unknown elective options and a body in a single block are accepted', (t) => {
  const { code } = server();
  t.is(code({ options: [{ name: '9998', value: Buffer.alloc(3) }] }), '2.01');
  t.is(code({ options: [numberOption('Block1', 0b0110)] }), '2.01');
});

test('a payload of another content format is refused', (t) => {
  const { handle } = server();
  const request = parsedRequest({ payload: '</1/0>' });
  const table = new RegistrationTable(() => {});
  const registrations = new RegistrationInterface(table, { defaultLifetime: 60, maxRegistrations: 1 });
  const options = [
    ...request.options.filter(({ name }) => name !== 'Content-Format'),
    numberOption('Content-Format', 50),
  ];
  t.is(registrations.handle({ ...request, options }, peer).response.code, '4.15');
  t.is(handle({}).response.code, '2.01');
});

test('registering again replaces: the old location is gone', (t) => {
  const { table, handle, register, code } = server();
  const first = register();
  const { change } = handle({});
  t.is(change?.kind, 'register');
  t.is(change?.kind === 'register' ? change.replaced?.endpoint : undefined, 'device-1');
  t.is(table.size, 1);
  t.is(code({ path: first, query: [], payload: '' }), '4.04');
});

test('a registration belongs to the identity that made it', (t) => {
  const { table, code, register } = server();
  const location = register();
  t.is(code({ path: location, query: [], payload: '' }, stranger), '4.04');
  t.is(code({ code: '0.04', path: location, query: [], payload: '' }, stranger), '4.04');
  t.is(code({ query: ['ep=device-1'] }, stranger), '4.03');
  t.is(table.size, 1);
});

test('an update from another address moves the registration there', (t) => {
  const { table, code, register } = server();
  const location = register();
  t.is(code({ path: location, query: [], payload: '' }, { ...peer, remotePort: 50_000 }), '2.04');
  t.is(table.ofEndpoint('device-1')?.remotePort, 50_000);
});

test('an update cannot change the name, and a refused one changes nothing', (t) => {
  const { table, code, register } = server();
  const location = register();
  const before = table.ofEndpoint('device-1');
  t.is(code({ path: location, query: ['ep=other'], payload: '' }), '4.00');
  t.is(code({ path: location, query: ['lt=x'], payload: '' }), '4.00');
  t.is(code({ code: '0.01', path: location, query: [], payload: '' }), '4.05');
  t.is(table.ofEndpoint('device-1'), before);
});

test('a full table refuses new devices and still lets known ones register again', (t) => {
  const { code } = server(1);
  t.is(code({ query: ['ep=a'] }), '2.01');
  t.is(code({ query: ['ep=b'] }), '5.03');
  t.is(code({ query: ['ep=a'] }), '2.01');
});
