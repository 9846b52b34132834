import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { builtInScenarios, parseScenario, readScenarioFile, runScenario, type ScenarioOptions } from 'lwm2m-tls/bench';

const good: ScenarioOptions = { name: 'test', steps: ['handshake'] };
const target = { host: '127.0.0.1', port: 5684 };

const refused: [what: string, scenario: unknown, message: RegExp][] = [
  ['no object', 'storm', /^scenario: got 'storm', expected an object with name, /],
  ['nothing', undefined, /^scenario: got undefined, expected an object/],
  ['no name', { steps: ['handshake'] }, /^name: got undefined, expected a name/],
  ['no steps', { name: 'test' }, /^steps: got undefined, expected a list of steps, or flows/],
  ['an empty list of steps', { ...good, steps: [] }, /^steps: got \[\], expected a list of 1 to 1000 steps/],
  ['no devices', { ...good, devices: 0 }, /^devices: got 0, expected an integer from 1 to 1000000/],
  ['half a device', { ...good, devices: 1.5 }, /^devices: got 1.5, expected an integer/],
  ['a rate of nothing', { ...good, load: { arrivalRate: 0 } }, /^load\.arrivalRate: got 0, expected a number above 0/],
  ['a rate that is no number', { ...good, load: { arrivalRate: Number.NaN } }, /^load\.arrivalRate: got NaN/],
  [
    'a rate in words',
    { ...good, load: { arrivalRate: '9' } },
    /^load\.arrivalRate: got '9', expected a number above 0/,
  ],
  [
    'both loops',
    { ...good, load: { arrivalRate: 1, concurrency: 1 } },
    /^load: got .*either arrivalRate .* or concurrency/,
  ],
  ['neither loop', { ...good, load: {} }, /^load: got \{\}, expected either arrivalRate/],
  ['another distribution', { ...good, load: { arrivalRate: 1, distribution: 'poison' } }, /did you mean 'poisson'\?$/],
  ['a step that is none', { ...good, steps: ['handshak'] }, /^steps\[0\].*: got .*did you mean 'handshake'\?$/],
  ['a step without a type', { ...good, steps: [{ seconds: 1 }] }, /^steps\[0\].*expected a step: handshake, /],
  ['a step that is a number', { ...good, steps: [7] }, /^steps\[0\]: got 7, expected /],
  [
    'a wait without a time',
    { ...good, steps: ['idle'] },
    /^steps\[0\]\.seconds: got undefined, expected a number from 0/,
  ],
  ['a wait of less than nothing', { ...good, steps: [{ type: 'idle', seconds: -1 }] }, /^steps\[0\]\.seconds: got -1/],
  ['a message that is too large', { ...good, steps: [{ type: 'echo', size: 20_000 }] }, /^steps\[0\]\.size: got 20000/],
  ['a name that is none', { ...good, steps: [{ type: 'ping', name: 'a b' }] }, /^steps\[0\]\.name: got 'a b'/],
  [
    'flows and steps',
    { ...good, flows: [{ name: 'a', steps: ['close'] }] },
    /^steps: it is given for each of the flows/,
  ],
  [
    'a flow without weight',
    { name: 'x', flows: [{ name: 'a', weight: 0, steps: ['close'] }] },
    /^flows\[0\]\.weight: got 0/,
  ],
  [
    'a flow in a flow',
    { name: 'x', flows: [{ name: 'a', steps: ['handshake', { type: 'sleep' }] }] },
    /^flows\[0\]\.steps\[1\]\.seconds/,
  ],
  ['resumption without sessions', { ...good, sessions: 'none', steps: ['resume'] }, /^sessions: got 'none'/],
  [
    'two sources of credentials',
    { ...good, psk: { identity: 'a', key: '00' }, devicesFile: 'x.csv' },
    /^devicesFile: /,
  ],
  ['devices that share a socket', { ...good, devicesPerSocket: 2 }, /^devicesPerSocket: got 2.*sourceAddresses/],
  ['a duration of nothing', { ...good, duration: 0 }, /^duration: got 0, expected a number above 0/],
  ['a seed that is too large', { ...good, seed: 2 ** 32 }, /^seed: got 4294967296/],
];
for (const [what, scenario, message] of refused) {
  test(`refused: ${what}`, async (t) => {
    t.throws(() => parseScenario(scenario as never), { name: 'TlsError', code: 'ERR_INVALID_OPTION', message });
    await t.throwsAsync(runScenario(scenario as never, { target }), { code: 'ERR_INVALID_OPTION', message });
  });
}

test('a name that does not exist is refused with the one that was meant', (t) => {
  for (const [scenario, message] of [
    [{ ...good, devises: 3 }, /'devises' of a scenario: did you mean 'devices'/],
    [{ ...good, load: { arivalRate: 3 } }, /'arivalRate' of load: did you mean 'arrivalRate'/],
    [{ ...good, steps: [{ type: 'register', lifetme: 3 }] }, /'lifetme' of steps\[0\]: did you mean 'lifetime'/],
    [{ ...good, zzz: 3 }, /'zzz' of a scenario: known are name, /],
  ] as const) {
    t.throws(() => parseScenario(scenario as never), { code: 'ERR_UNKNOWN_OPTION', message });
  }
});

test('no message shows a key', (t) => {
  const error = t.throws(() => parseScenario({ ...good, psk: { identity: 'a', key: ['secret'] } } as never));
  t.like(error, { code: 'ERR_INVALID_OPTION' });
  t.regex(error.message, /^psk\.key: got /);
  t.notRegex(error.message, /secret/);
});

test('defaults are filled in, and what was parsed is parsed to the same', (t) => {
  const scenario = parseScenario(good);
  t.like(scenario, {
    devices: 100,
    psk: { identity: 'dev-%06d', key: '%032x' },
    sessions: 'none',
    load: { concurrency: 50, distribution: 'constant', rampUp: 0 },
    transmission: { ackTimeout: 2_000, ackRandomFactor: 1.5, maxRetransmit: 4 },
    lostAfter: 15,
    seed: 1,
    flows: [{ name: 'all', weight: 1, setup: [], steps: [{ type: 'handshake' }], teardown: [] }],
  });
  t.deepEqual(parseScenario(scenario), scenario);
});

test('sessions are tickets where a step resumes', (t) => {
  t.is(parseScenario({ ...good, steps: ['handshake', 'close', 'resume'] }).sessions, 'ticket');
});

test('every scenario that is built in is a good one', (t) => {
  for (const [name, scenario] of Object.entries(builtInScenarios)) t.is(parseScenario(scenario).name, name);
});

test('options of a run are checked', async (t) => {
  for (const [options, message] of [
    [undefined, /^runScenario: got undefined/],
    [{}, /^target: got undefined/],
    [{ target: { host: '127.0.0.1', port: 0 } }, /^target\.port: got 0/],
    [{ target: { host: '', port: 1 } }, /^target\.host: got ''/],
    [{ target, signal: 7 }, /^signal: got 7/],
    [{ target, onProgress: 7 }, /^onProgress: got 7/],
    [{ target, thresholds: 'handshake.p99<1ms' }, /^thresholds: got /],
    [{ target, thresholds: ['handshake.p98<1ms'] }, /^threshold 'handshake\.p98<1ms': there is no measure 'p98'/],
  ] as const) {
    await t.throwsAsync(runScenario(good, options as never), { code: 'ERR_INVALID_OPTION', message });
  }
  await t.throwsAsync(runScenario(good, { target, treshold: [] } as never), { code: 'ERR_UNKNOWN_OPTION' });
});

test('a file is YAML or JSON, and its errors begin with its name', async (t) => {
  const file = (name: string) => path.join(tmpdir(), `lwm2m-tls-${process.pid}-${name}`);
  await writeFile(file('good.yaml'), 'name: from a file\nsteps:\n  - handshake\n  - { type: idle, seconds: 1 }\n');
  t.like(await readScenarioFile(file('good.yaml')), { name: 'from a file' });
  await writeFile(file('good.json'), JSON.stringify(good));
  t.like(await readScenarioFile(file('good.json')), { name: 'test' });

  await writeFile(file('syntax.yaml'), 'name: a\nsteps: [handshake\n');
  const code = 'ERR_INVALID_OPTION';
  await t.throwsAsync(readScenarioFile(file('syntax.yaml')), { code, message: /syntax\.yaml:\d+:\d+: / });
  await writeFile(file('bad.yaml'), 'name: a\nsteps: [handshake]\nload: { arrivalRate: -1 }\n');
  await t.throwsAsync(readScenarioFile(file('bad.yaml')), { code, message: /bad\.yaml: load\.arrivalRate: got -1/ });
  await writeFile(file('empty.yaml'), '');
  await t.throwsAsync(readScenarioFile(file('empty.yaml')), { code, message: /empty\.yaml: scenario: got null/ });
  await t.throwsAsync(readScenarioFile(file('missing.yaml')), { code, message: /missing\.yaml: .*ENOENT/ });
  await t.throwsAsync(readScenarioFile(tmpdir()), { code, message: /EISDIR/ });
});
