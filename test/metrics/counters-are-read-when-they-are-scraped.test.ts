import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { collectMetrics } from 'lwm2m-tls/metrics';
import { Registry } from 'prom-client';
import { client1 } from '../helpers/credentials.js';
import { projectFolder } from '../helpers/project-folder.js';

const options = { psk: { [client1.identity]: client1.key } };

test('once for all metrics of a scrape, and once to begin with', async (t) => {
  const server = new DtlsServer(options);
  let reads = 0;
  const register = new Registry();
  collectMetrics(
    () => {
      reads += 1;
      return server.counters();
    },
    { register },
  );
  t.is(reads, 1);
  await register.metrics();
  t.is(reads, 2);
  await register.getMetricsAsJSON();
  t.is(reads, 3);
});

test('what a function throws, the scrape throws', async (t) => {
  const counters = new DtlsServer(options).counters();
  let works = true;
  const register = new Registry();
  collectMetrics(
    () => {
      if (!works) throw new Error('the worker has gone');
      return counters;
    },
    { register },
  );
  works = false;
  await t.throwsAsync(register.metrics(), { message: 'the worker has gone' });
});

test('a collector does not keep the process alive, and the package itself does not load prom-client', async (t) => {
  const script = `
    import { createRequire } from 'node:module';
    import { DtlsServer } from 'lwm2m-tls';
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('prom-client'));
    const before = loaded();
    const { collectMetrics } = await import('lwm2m-tls/metrics');
    collectMetrics(new DtlsServer({ psk: { a: Buffer.from('key') } }));
    console.log(before, loaded());`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    cwd: projectFolder,
    timeout: 60_000,
  });
  t.is(stdout, 'false true\n');
});
