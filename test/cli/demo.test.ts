import test from 'ava';
import { CommandProcess } from './command-process.js';

function figure(table: string, label: string): number {
  const match = table.match(new RegExp(`^${label} +([\\d,.-]+)`, 'm'));
  return Number(match?.[1]?.replaceAll(',', ''));
}

test('20 devices register, update and leave, and the table says so', async (t) => {
  const demo = CommandProcess.start(t, 'demo', '--devices', '20', '--updates', '2');
  t.is(await demo.exited, 0, `${demo.stdout}\n${demo.stderr}`);
  t.is(figure(demo.stdout, 'handshakes'), 20);
  t.is(figure(demo.stdout, 'registrations'), 20);
  t.is(figure(demo.stdout, 'updates'), 40);
  t.is(figure(demo.stdout, 'de-registrations'), 20);
  t.is(figure(demo.stdout, 'messages'), 160);
  t.is(figure(demo.stdout, 'failures'), 0);
  for (const label of ['handshake', 'round trip']) {
    const median = figure(demo.stdout, `${label} p50`);
    t.true(median > 0, label);
    t.true(figure(demo.stdout, `${label} p99`) >= median, label);
  }
  t.true(figure(demo.stdout, 'datagrams in') >= 20 * 7);
  t.true(figure(demo.stdout, 'datagrams out') >= 20 * 6);
  t.false(Number.isNaN(figure(demo.stdout, 'memory per peer')));
  t.regex(demo.stderr, /registering: 20 of 20\nupdate 1\/2: 20 of 20\nupdate 2\/2: 20 of 20\nleaving: 20 of 20\n$/);
});

test('Ctrl-C ends the demo with the table of what was done', async (t) => {
  const demo = CommandProcess.start(t, 'demo', '--devices', '10', '--updates', '100000');
  await demo.waitFor(/update 1\/100000: 10 of 10/);
  demo.kill('SIGINT');
  t.is(await demo.exited, 130, demo.stderr);
  t.is(figure(demo.stdout, 'registrations'), 10);
  t.is(figure(demo.stdout, 'failures'), 0);
  t.regex(demo.stdout, /stopped before the end/);
});
