import test from 'ava';
import { runModule } from '../helpers/child-process.js';
import { echoWorker } from './groups.js';

const open = `
  import { DtlsServerGroup } from 'lwm2m-tls';
  const group = new DtlsServerGroup({ script: new URL('${echoWorker}'), workers: 2 });
  const { port } = await group.listen({ host: '127.0.0.1' });`;

const endings = {
  'process.exit()': 'process.exit(0);',
  'unref()': 'group.unref();',
  'close()': 'await group.close();',
  'close(), and a worker that loops without an end': `
    const { connect } = await import('lwm2m-tls');
    const psk = { identity: 'client1', key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') };
    const client = await connect({ host: '127.0.0.1', port, psk });
    client.send('loop');
    await new Promise((resolve) => client.once('message', resolve));
    process.exit(0);`,
  "a listener of 'close' that throws": `
    let thrown;
    process.on('uncaughtException', (error) => { thrown = error.message; });
    group.on('close', () => { throw new Error('by the listener'); });
    await group.close();
    process.on('exit', () => { if (thrown !== 'by the listener') process.exitCode = 1; });`,
  'process.exit() while the workers start': `
    void new DtlsServerGroup({ script: new URL('${echoWorker}'), workers: 2 }).listen({ host: '127.0.0.1' });
    setTimeout(() => process.exit(0), 30);`,
};

for (const [name, ending] of Object.entries(endings)) {
  test.serial(name, async (t) => {
    const { code, signal, stderr } = await runModule(open + ending);
    t.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
  });
}

test('nothing is started by making a group', async (t) => {
  const { code } = await runModule(`
    import { DtlsServerGroup } from 'lwm2m-tls';
    new DtlsServerGroup({ script: new URL('${echoWorker}') });`);
  t.is(code, 0);
});
