import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CommandProcess } from './command-process.js';

async function reportFile(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lwm2m-tls-demo-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return path.join(folder, 'report.html');
}

test('20 devices register, update and leave, and the table and the report say so', async (t) => {
  const html = await reportFile(t);
  const demo = CommandProcess.start(t, 'demo', '--devices', '20', '--updates', '2', '--html', html);
  t.is(await demo.exited, 0, `${demo.stdout}\n${demo.stderr}`);
  for (const [operation, count] of [
    ['handshake', 20],
    ['register', 20],
    ['update', 40],
    ['deregister', 20],
  ]) {
    t.regex(demo.stdout, new RegExp(`^${operation} +${count} +${count} +0 +[\\d.]+ +[\\d.]+ `, 'm'));
  }
  t.regex(demo.stdout, /^server: 20 handshakes, 0 failed, 80 messages in/m);
  t.notRegex(demo.stdout, /failures/);
  t.regex(
    demo.stderr,
    /^registration-storm: 20 devices, target coaps:\/\/127\.0\.0\.1:\d+, a server of its own \(lwm2m\)/,
  );
  t.true(demo.stderr.includes(`report written to ${html}`));
  t.regex(await readFile(html, 'utf8'), /registration-storm/);
});

test('Ctrl-C ends the demo with the table of what was done', async (t) => {
  const html = await reportFile(t);
  const demo = CommandProcess.start(t, 'demo', '--devices', '10', '--updates', '100000', '--html', html);
  await demo.waitFor(/update p50/);
  demo.kill('SIGINT');
  t.is(await demo.exited, 130, demo.stderr);
  t.regex(demo.stdout, /^register +10 +10 +0 /m);
  t.regex(demo.stdout, /stopped before the end/);
  t.regex(await readFile(html, 'utf8'), /interrupted/);
});
