import { fileURLToPath } from 'node:url';
import test from 'ava';
import { DtlsServerGroup, type DtlsServerGroupOptions } from 'lwm2m-tls';
import { echoWorker } from './groups.js';

const refused: Readonly<Record<string, [object, RegExp]>> = {
  'no options': [undefined as never, /^DtlsServerGroup: got undefined, expected an object with script, workers/],
  'no script': [{}, /^script: got undefined, expected a file: URL, or a path/],
  'a script that is not there': [
    { script: './nowhere.mjs' },
    /^script: got 'file:.*nowhere\.mjs', expected a file that/,
  ],
  'a script on the web': [{ script: 'https://a.example/x.mjs' }, /^script: got 'https:.*expected a file: URL/],
  'no workers at all': [{ script: echoWorker, workers: 0 }, /^workers: got 0, expected an integer from 1 to 1024/],
  'negative restarts': [{ script: echoWorker, maxRestarts: -1 }, /^maxRestarts: got -1/],
  'a timeout in words': [{ script: echoWorker, closeTimeout: 'soon' }, /^closeTimeout: got 'soon'.* ms$/],
  'data that cannot be cloned': [
    { script: echoWorker, workerData: { find: () => 1 } },
    /^workerData: expected a value/,
  ],
};

for (const [name, [options, message]] of Object.entries(refused)) {
  test(name, (t) => {
    t.throws(() => new DtlsServerGroup(options as DtlsServerGroupOptions), { code: 'ERR_INVALID_OPTION', message });
  });
}

test('unknown ones say what was meant', async (t) => {
  const misspelt = { script: echoWorker, worker: 2 } as unknown as DtlsServerGroupOptions;
  t.throws(() => new DtlsServerGroup(misspelt), { code: 'ERR_UNKNOWN_OPTION', message: /did you mean 'workers'\?/ });
  const group = new DtlsServerGroup({ script: fileURLToPath(echoWorker), workers: 1 });
  await t.throwsAsync(group.listen({ hots: '::1' } as never), { code: 'ERR_UNKNOWN_OPTION', message: /'host'/ });
  await t.throwsAsync(group.listen({ port: -1 }), { code: 'ERR_INVALID_OPTION' });
  await t.throwsAsync(group.listen({ host: '203.0.113.1' }), { code: 'EADDRNOTAVAIL' });
  t.throws(() => group.address(), { code: 'ERR_NOT_LISTENING' });
});
