import test, { type ExecutionContext } from 'ava';
import { type NativeTcpSettings, native } from '#lib/binding.js';
import type { EndpointSettings } from '#lib/events/reactor.js';
import { openTestEndpoint, TestEndpoint } from '../helpers/endpoints.js';
import { python, testWith } from '../helpers/foreign/tools.js';
import { udpBackends } from '../helpers/ours.js';
import { privilegedTest, readSocketOptions } from '../helpers/socket-options.js';
import { openTestTcp } from '../helpers/tcp.js';

type Routing = Partial<
  Pick<EndpointSettings & NativeTcpSettings, 'dscp' | 'priority' | 'interfaceName' | 'transparent'>
>;

type Opener = (t: ExecutionContext, address: string, routing: Routing) => number;

/** Every way to a socket that takes the options: returns its descriptor. */
const openers: [name: string, open: Opener][] = [
  ...udpBackends.map((backend): [string, Opener] => [
    `UDP over ${backend}`,
    (t, address, routing) => openTestEndpoint(t, { backend, address, ...routing }).fd,
  ]),
  ['TCP', (t, address, routing) => openTestTcp(t, { address, bind: true, ...routing })],
];

for (const [name, open] of openers) {
  testWith(python, `${name}: dscp, in the field of each protocol that the socket speaks`, async (t, tool) => {
    const [ipv4, dual] = readSocketOptions(tool, open(t, '127.0.0.1', { dscp: 46 }), open(t, '::', { dscp: 10 }));
    t.like(ipv4, { dscp: 46 });
    t.like(dual, { dscp: 10, dscp6: 10 });
  });

  testWith(python, `${name}: priority, also where dscp stands for another one`, async (t, tool) => {
    const alone = open(t, '127.0.0.1', { priority: 5 });
    const both = open(t, '127.0.0.1', { priority: 3, dscp: 46 });
    t.deepEqual(readSocketOptions(tool, alone, both), [
      { dscp: 0, priority: 5, device: '' },
      { dscp: 46, priority: 3, device: '' },
    ]);
  });

  testWith(python, `${name}: interface; and nothing without being asked for`, async (t, tool) => {
    const bound = open(t, '127.0.0.1', { interfaceName: 'lo' });
    const plain = open(t, '127.0.0.1', {});
    t.deepEqual(readSocketOptions(tool, bound, plain), [
      { dscp: 0, priority: 0, device: 'lo' },
      { dscp: 0, priority: 0, device: '' },
    ]);
  });

  const linuxTest = process.platform === 'linux' ? test : test.skip;
  linuxTest(`${name}: an interface that is not there is a system error`, (t) => {
    for (const interfaceName of ['nowhere0', 'lo'.padEnd(40, 'x'), 'lo\0x']) {
      const error = t.throws<NodeJS.ErrnoException>(() => open(t, '127.0.0.1', { interfaceName }));
      t.like(error, { code: 'ENODEV', syscall: 'setsockopt' });
      t.true((error?.errno ?? 0) < 0);
    }
  });

  privilegedTest(`${name}: transparent, so that any address can be bound`, (t) => {
    for (const address of ['192.0.2.1', '2001:db8::1']) {
      t.throws(() => open(t, address, {}), { code: 'EADDRNOTAVAIL' });
      t.true(open(t, address, { transparent: true }) >= 0);
    }
  });

  // What is not for this system is not skipped but absent: a skipped test counts as a failure in CI.
  if (process.platform === 'linux' || process.platform === 'win32') continue;
  test(`${name}: refused where the system has none of them`, (t) => {
    for (const routing of [{ dscp: 1 }, { priority: 1 }, { interfaceName: 'lo0' }, { transparent: true }]) {
      t.throws(() => open(t, '127.0.0.1', routing), { code: 'ENOTSUP' });
    }
  });
}

test('what is out of range or of a wrong type throws, and opens nothing', (t) => {
  for (const wrong of [{ dscp: 64 }, { priority: 8 }, { dscp: -1 }, { interfaceName: 7 }, { transparent: 1 }]) {
    const message = new RegExp(`^settings\\.${Object.keys(wrong)[0]} must be `);
    t.throws(() => new TestEndpoint(wrong as object), { instanceOf: TypeError, message });
    t.throws(() => openTestTcp(t, wrong as object), { instanceOf: TypeError, message });
  }
  t.throws(() => native.openTcp(undefined as never), { message: 'settings must be an object' });
});
