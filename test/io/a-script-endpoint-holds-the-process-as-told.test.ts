import test from 'ava';
import { runModule } from '../helpers/child-process.js';

for (const [title, action, output] of [
  ['it holds the process', '', 'held\n'],
  ['unless it is told not to', 'native.setRef(number, false);', ''],
  ['and holds it again', 'native.setRef(number, false); native.setRef(number, true);', 'held\n'],
] as const) {
  test(title, async (t) => {
    const { code, signal, stderr, stdout } = await runModule(`
      import { TestEndpoint } from './build-test/helpers/endpoints.js';
      const { native, number } = new TestEndpoint('script').endpoint;
      ${action}
      setTimeout(() => { console.log('held'); process.exit(0); }, 500).unref();`);
    t.is(signal, null, stderr);
    t.is(code, 0, stderr);
    t.is(stdout, output);
  });
}

test('datagrams are still handled where nothing holds the process', async (t) => {
  const { code, stderr, stdout } = await runModule(`
    import { TestEndpoint } from './build-test/helpers/endpoints.js';
    const script = new TestEndpoint('script');
    script.endpoint.native.setRef(script.endpoint.number, false);
    script.on('datagram', () => console.log('datagram'));
    script.dial(5684);
    script.inject(1, Buffer.alloc(1));
    process.on('exit', () => console.log(script.counters.datagramsReceived));`);
  t.is(code, 0, stderr);
  t.is(stdout, 'datagram\n1\n');
});
