import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { Lwm2mServer } from 'lwm2m-tls/lwm2m';
import { collectMetrics } from 'lwm2m-tls/metrics';
import { Registry } from 'prom-client';
import { client1 } from '../helpers/credentials.js';

const psk = { [client1.identity]: client1.key };

const wrong: Readonly<Record<string, readonly [options: unknown, code: string, message: RegExp]>> = {
  'a misspelt option': [{ prefx: 'a_' }, 'ERR_UNKNOWN_OPTION', /did you mean 'prefix'/],
  'no registry': [{ register: {} }, 'ERR_INVALID_OPTION', /^register: .*a Registry of prom-client/],
  'a prefix with a blank': [{ prefix: 'my server' }, 'ERR_INVALID_OPTION', /^prefix: /],
  'a label that is no name': [{ labels: { 'a-b': 'x' } }, 'ERR_INVALID_OPTION', /^labels: got 'a-b'/],
  'a label of Prometheus itself': [{ labels: { __name: 'x' } }, 'ERR_INVALID_OPTION', /^labels: got '__name'/],
  'a label of ours': [{ labels: { reason: 'x' } }, 'ERR_INVALID_OPTION', /^labels: got 'reason', expected other names/],
  'a value that is no text': [{ labels: { server: {} } }, 'ERR_INVALID_OPTION', /^labels\.server: /],
  'labels in a list': [{ labels: ['server'] }, 'ERR_INVALID_OPTION', /^labels: /],
};

for (const [what, [options, code, message]] of Object.entries(wrong)) {
  test(`${what} is refused`, (t) => {
    const register = new Registry();
    t.throws(() => collectMetrics(new DtlsServer({ psk }), { register, ...(options as object) }), { code, message });
    t.deepEqual(register.getMetricsAsArray(), []);
  });
}

test('labels of other names than those before are refused, and the first stay', (t) => {
  const register = new Registry();
  const first = collectMetrics(new DtlsServer({ psk }), { register, labels: { server: 'a' } });
  t.throws(() => collectMetrics(new DtlsServer({ psk }), { register }), {
    code: 'ERR_INVALID_OPTION',
    message: /^labels: got 'none', expected the names that lwm2m_tls_\w+ has already in this registry: server$/,
  });
  t.true(register.getMetricsAsArray().length > 0);
  first.stop();
  t.deepEqual(register.getMetricsAsArray(), []);
});

for (const [what, source] of Object.entries({
  'the counters of an LwM2M server': new Lwm2mServer({ psk }),
  'what has no counters': {},
  nothing: undefined,
  'a function that returns nothing': () => undefined,
})) {
  test(`${what} cannot be collected`, (t) => {
    const register = new Registry();
    t.throws(() => collectMetrics(source as never, { register }), {
      code: 'ERR_INVALID_OPTION',
      message: /^collectMetrics: got .*, expected /,
    });
    t.deepEqual(register.getMetricsAsArray(), []);
  });
}
