import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { Swarm } from 'lwm2m-tls/swarm';
import { startCertifiedServer } from '../helpers/certified.js';
import { issue, pki, temporaryFolder, writeTemporary } from '../helpers/pki.js';
import { connectAll, devicesOf, keyOf, numbered, openSwarm, startFleetServer } from '../helpers/swarms.js';

const identities = (swarm: Swarm) => devicesOf(swarm).map(({ identity }) => identity);

test('keys by pattern', async (t) => {
  const { port } = await startFleetServer(t);
  const swarm = await openSwarm(t, port, { devices: 3 });
  await connectAll(swarm);
  t.deepEqual(identities(swarm), ['dev-000000', 'dev-000001', 'dev-000002']);
});

test('one key for all', async (t) => {
  const key = Buffer.from('0123456789abcdef');
  const { port } = await startFleetServer(t, { psk: () => key });
  await connectAll(await openSwarm(t, port, { psk: { identity: '%d', key } }));
  await connectAll(await openSwarm(t, port, { psk: { identity: '%d', key: key.toString('hex') } }));
  t.pass();
});

test('keys by function', async (t) => {
  const { port } = await startFleetServer(t);
  const psk = (index: number) => {
    const identity = `dev-${(index + 500).toString().padStart(6, '0')}`;
    return { identity, key: keyOf(identity) as Uint8Array };
  };
  const swarm = await openSwarm(t, port, { devices: 2, psk, endpoint: 'urn:dev:%02d' });
  await connectAll(swarm);
  t.deepEqual(identities(swarm), ['dev-000500', 'dev-000501']);
  t.is(swarm.device(1).endpoint, 'urn:dev:01');
});

test('what a function throws, or gives, is told by connect()', async (t) => {
  const { port } = await startFleetServer(t);
  const failing = await openSwarm(t, port, {
    psk: () => {
      throw new Error('no database');
    },
  });
  await t.throwsAsync(failing.device(0).connect(), { message: 'no database' });
  t.is(failing.device(0).state, 'idle');
  const wrong = await openSwarm(t, port, { psk: () => ({ identity: '', key: Buffer.from('k') }) });
  await t.throwsAsync(wrong.device(0).connect(), { code: 'ERR_INVALID_PSK' });
});

test('a wrong key fails one device and no other', async (t) => {
  const { port } = await startFleetServer(t);
  const psk = (index: number) => ({
    identity: index === 0 ? 'nobody' : 'dev-000001',
    key: Buffer.from('00'.repeat(15).concat('01'), 'hex'),
  });
  const swarm = await openSwarm(t, port, { devices: 2, psk });
  await t.throwsAsync(swarm.device(0).connect(), { code: 'ERR_ALERT_RECEIVED' });
  await t.notThrowsAsync(swarm.device(1).connect());
});

test('keys from a CSV file', async (t) => {
  const { port } = await startFleetServer(t);
  const devicesFile = writeTemporary(
    t,
    'devices.csv',
    `endpoint,identity,key\nmeter-1,dev-000001,${'00'.repeat(15)}01\n,dev-000002,${'00'.repeat(15)}02\n`,
  );
  const swarm = await openSwarm(t, port, { psk: undefined, devices: undefined, devicesFile });
  t.is(swarm.size, 2);
  await connectAll(swarm);
  t.deepEqual(
    devicesOf(swarm).map(({ endpoint }) => endpoint),
    ['meter-1', 'dev-000002'],
  );
});

test('keys from a JSON file', async (t) => {
  const { port } = await startFleetServer(t);
  const rows = [7, 8, 9].map((n) => ({ identity: `dev-00000${n}`, key: `${'00'.repeat(15)}0${n}` }));
  const devicesFile = writeTemporary(t, 'devices.json', JSON.stringify(rows));
  const swarm = await openSwarm(t, port, { psk: undefined, devices: 2, devicesFile });
  await connectAll(swarm);
  t.deepEqual(identities(swarm), ['dev-000007', 'dev-000008']);
});

test('certificates of files by pattern, or by function', async (t) => {
  const folder = temporaryFolder(t);
  const issuer = await pki.intermediate();
  for (const n of [0, 1, 2]) {
    const made = await issue({ name: `device ${n}`, usages: ['clientAuth'], issuer });
    writeFileSync(path.join(folder, `dev-${n}.pem`), made.chainPem);
    writeFileSync(path.join(folder, `dev-${n}.key`), made.keyPem, { mode: 0o600 });
  }
  const ca = (await pki.root()).pem;
  const { server, port } = await startCertifiedServer(t, { ca, requestCert: true });
  const certificates = { cert: `${folder}/dev-%d.pem`, key: `${folder}/dev-%d.key` };
  const swarm = await openSwarm(t, port, { psk: undefined, certificates, devices: 4, ca, sessions: true });
  await Promise.all([0, 1, 2].map((index) => swarm.device(index).connect()));
  const names = [...server.sockets()].map((socket) => socket.peerCertificate?.subject);
  t.deepEqual(names.sort(), ['CN=device 0', 'CN=device 1', 'CN=device 2']);
  await t.throwsAsync(swarm.device(3).connect(), { code: 'ENOENT', message: /dev-3\.pem/ });
  swarm.device(0).close();
  await swarm.device(0).connect();
  t.true(swarm.device(0).resumed);

  const [one, other] = [await pki.client(), await pki.rsaClient()];
  const byFunction = await openSwarm(t, port, {
    ...{ psk: undefined, ca, devices: 2 },
    certificates: (index) => ({ cert: one.chainPem, key: index === 0 ? one.keyPem : other.keyPem }),
  });
  await byFunction.device(0).connect();
  await t.throwsAsync(byFunction.device(1).connect(), { code: 'ERR_INVALID_CERTIFICATE' });
});

test('a server that is not believed is refused', async (t) => {
  const { port } = await startCertifiedServer(t);
  const swarm = await openSwarm(t, port, { psk: undefined, ca: (await pki.strangeRoot()).pem });
  await t.throwsAsync(swarm.device(0).connect(), { code: 'ERR_CERTIFICATE_VERIFY' });
});

test('of different kinds there are different swarms', (t) => {
  const options = { host: 'h', port: 1, devices: 1, psk: numbered, devicesFile: 'x.csv' };
  t.throws(() => new Swarm(options), { code: 'ERR_INVALID_OPTION', message: /psk and devicesFile/ });
});
