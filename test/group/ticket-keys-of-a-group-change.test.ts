import { randomBytes } from 'node:crypto';
import test from 'ava';
import { EndpointFlag, native } from '#lib/binding.js';
import { createSharedCounters } from '#lib/events/counters.js';
import { GroupTicketKeys } from '#lib/group/group-ticket-keys.js';
import { WorkerThread } from '#lib/group/worker-thread.js';
import { dial } from '../helpers/ours.js';
import { echoWorker } from './groups.js';

test('the new key stands first, the one before goes on opening tickets, and the end wipes both', async (t) => {
  const keys = new GroupTicketKeys(20);
  t.teardown(() => keys.stop());
  const seen: Uint8Array[] = [];
  await new Promise<void>((resolve) => {
    keys.start(() => {
      seen.push(keys.current.slice());
      if (seen.length === 2) resolve();
    });
  });
  const [earlier, later] = seen as [Uint8Array, Uint8Array];
  t.deepEqual(later.subarray(80), earlier.subarray(0, 80));
  t.notDeepEqual(later.subarray(0, 80), earlier.subarray(0, 80));
  keys.stop();
  t.true(keys.current.every((byte) => byte === 0));
});

test('a worker takes the keys that it is sent', async (t) => {
  const settings = { address: '127.0.0.1', port: 0, flags: EndpointFlag.shareOnceBound, dscp: 0, priority: 0 };
  const buffers = { receiveBufferSize: 0, sendBufferSize: 0, interfaceName: '', transparent: false };
  const bound = new native.UdpPort({ ...settings, ...buffers });
  const { address, port } = bound.address();
  const [first, second, third] = [randomBytes(80), randomBytes(80), randomBytes(80)];
  const place = { address, port, descriptor: bound.descriptor, counters: createSharedCounters() };
  const seat = { script: echoWorker.href, index: 0, workers: 1, workerData: undefined, place, ticketKeys: first };
  let thread: WorkerThread | undefined;
  await new Promise<void>((resolve, reject) => {
    thread = new WorkerThread(seat, { listening: resolve, ended: reject });
  });
  t.teardown(async () => {
    await thread?.close(5_000);
    bound.close();
  });

  const { session } = await dial(t, port);
  const resumes = async () => (await dial(t, port, { session })).resumed;
  t.true(await resumes());
  thread!.tell({ ticketKeys: Buffer.concat([second, first]) });
  t.true(await resumes());
  thread!.tell({ ticketKeys: Buffer.concat([third, second]) });
  const patience = Date.now() + 10_000;
  while (await resumes()) t.true(Date.now() < patience);
  t.pass();
});
