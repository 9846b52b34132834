import { execFileSync } from 'node:child_process';
import test from 'ava';
import { runModule } from '../helpers/child-process.js';
import { ipv6Test } from '../helpers/ipv6.js';
import { Program } from '../helpers/program.js';

const script = `
  import { DtlsServer } from 'lwm2m-tls';
  import { Swarm } from 'lwm2m-tls/swarm';
  const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const server = new DtlsServer({ psk: () => key });
  server.on('message', (message, socket) => socket.send(message));
  const { port } = await server.listen({ host: '::1' });
  const swarm = new Swarm({ host: '::1', port, devices: 300, psk: { identity: '%d', key }, sourceAddresses: POOL });
  await swarm.open();
  const all = Array.from({ length: swarm.size }, (_, index) => swarm.device(index));
  await Promise.all(all.map((device) => device.connect()));
  console.log([...server.sockets()].map((socket) => socket.remoteAddress).sort().at(-1), swarm.device(299).localAddress);
  const heard = new Promise((resolve) => swarm.once('message', (device, message) => resolve(device.index + ' ' + message)));
  swarm.device(299).send(Buffer.from('hello'));
  console.log(await heard);
  swarm.device(299).close();
  await server.close();
  console.log(await swarm.device(299).connect().catch((error) => error.code));
  await swarm.close();
`;

const namespaces = ((): boolean => {
  try {
    execFileSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

// In a network of its own, where the prefix can be made local.
(namespaces ? ipv6Test : test.skip)('each device sends from an address of it', async (t) => {
  const prepare = 'ip link set lo up && ip route add local 2001:db8::/64 dev lo';
  const text = script.replace('POOL', "'2001:db8::/64'");
  const command = `${prepare} && exec "$0" --input-type=module -e "$1"`;
  await using program = new Program('unshare', ['-rn', 'sh', '-c', command, process.execPath, text]);
  t.is(await program.exited, 0, program.output);
  t.is(program.stdout, '2001:db8::ff 2001:db8::12c\n299 hello\nECONNREFUSED\n');
});

ipv6Test('one address of this machine is one, too', async (t) => {
  const { stdout, stderr } = await runModule(
    script.replaceAll('300', '3').replaceAll('299', '2').replace('POOL', "'::1'"),
  );
  t.is(stdout, '::1 ::1\n2 hello\nECONNREFUSED\n', stderr);
});
