import test from 'ava';
import { Swarm } from 'lwm2m-tls/swarm';
import { Program } from '../helpers/program.js';
import { numbered } from '../helpers/swarms.js';

const script = `
  import { readdirSync } from 'node:fs';
  import { Swarm } from 'lwm2m-tls/swarm';
  const before = readdirSync('/proc/self/fd').length;
  const swarm = new Swarm({ host: '127.0.0.1', port: 5684, psk: { identity: 'a%d', key: '00' }, ...JSON.parse(process.argv[1]) });
  try {
    await swarm.open();
    console.log('open');
  } catch (error) {
    console.log(error.code, error.message, readdirSync('/proc/self/fd').length - before);
  }
  await swarm.close();
`;

async function underLimit(options: object): Promise<string> {
  const command = `ulimit -n 300; exec "$0" --input-type=module -e "$1" '${JSON.stringify(options)}'`;
  await using program = new Program('bash', ['-c', command, process.execPath, script]);
  await program.exited;
  return program.output;
}

test('by the limit of open files: the message names it and says what to do, and nothing is opened', async (t) => {
  const output = await underLimit({ devices: 400 });
  t.regex(
    output,
    /^ERR_TOO_MANY_DEVICES .*400 devices need 400 sockets.*open files.* leaves \d+: .*sourceAddresses.*ulimit -n/,
  );
  t.regex(output, / 0\n$/);
});

test('fewer are taken', async (t) => {
  t.is(await underLimit({ devices: 100 }), 'open\n');
});

test('a pool of addresses makes them need fewer', async (t) => {
  t.is(await underLimit({ devices: 100_000, sourceAddresses: '127.0.0.0/8' }), 'open\n');
  t.regex(
    await underLimit({ devices: 5_000, sourceAddresses: '127.0.0.0/8', devicesPerSocket: 10 }),
    /need 500 sockets.*devicesPerSocket/,
  );
});

test('by the number of ports, or of files, whichever is less', async (t) => {
  const swarm = new Swarm({ host: '127.0.0.1', port: 5684, devices: 70_000, psk: numbered });
  t.teardown(() => swarm.close());
  await t.throwsAsync(swarm.open(), { code: 'ERR_TOO_MANY_DEVICES' });
});
