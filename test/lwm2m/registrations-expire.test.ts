import test from 'ava';
import type { Registration } from '#lib/lwm2m/registration.js';
import { RegistrationTable } from '#lib/lwm2m/registration-table.js';

function registration(id: string, lifetime: number): Registration {
  const now = new Date();
  return {
    ...{ id, lifetime, endpoint: `device-${id}`, version: '1.1', binding: 'U', queueMode: false, objects: [] },
    ...{ identity: 'device', remoteAddress: '192.0.2.1', remotePort: 1, cipher: 'any', smsNumber: undefined },
    registeredAt: now,
    updatedAt: now,
  };
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

test('a registration ends with its lifetime', async (t) => {
  const expired: string[] = [];
  const table = new RegistrationTable(({ id }) => expired.push(id));
  table.put(registration('a', 0.05));
  table.put(registration('b', 10));
  t.is(table.size, 2);
  await sleep(150);
  t.deepEqual(expired, ['a']);
  t.is(table.ofEndpoint('device-a'), undefined);
  t.is(table.size, 1);
  table.clear();
});

test('storing again starts the lifetime anew', async (t) => {
  const expired: string[] = [];
  const table = new RegistrationTable(({ id }) => expired.push(id));
  table.put(registration('a', 0.2));
  await sleep(120);
  table.put(registration('a', 0.2));
  await sleep(120);
  t.deepEqual(expired, []);
  await sleep(200);
  t.deepEqual(expired, ['a']);
});

test('zero never ends, and a lifetime longer than a timer takes does not end at once', async (t) => {
  const expired: string[] = [];
  const table = new RegistrationTable(({ id }) => expired.push(id));
  table.put(registration('a', 0));
  table.put(registration('b', 4_294_967_295));
  await sleep(50);
  t.deepEqual(expired, []);
  table.clear();
});
