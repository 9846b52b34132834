import test from 'ava';
import { DtlsServer, PskStore } from 'lwm2m-tls';

const key = Buffer.from('key');

test('set, has, delete, size and clear', (t) => {
  const store = new PskStore([['a', key]]);
  t.is(store.set('b', key).set('b', Buffer.from('other')), store);
  t.is(store.size, 2);
  t.true(store.has('a'));
  t.true(store.delete('a'));
  t.false(store.delete('a'));
  t.false(store.has('a'));
  store.clear();
  t.is(store.size, 0);
});

test('what holds no pairs is refused', (t) => {
  for (const entries of [null, 1, 'ab', {}, [1], ['ab']]) {
    t.throws(() => new PskStore(entries as never), { code: 'ERR_INVALID_OPTION' }, JSON.stringify(entries));
  }
});

test('a server uses a given store as it is', (t) => {
  const store = new PskStore();
  t.is(new DtlsServer({ psk: store }).identities, store);
});

test('from a map or an object a server makes its own', (t) => {
  const map = new Map([['a', key]]);
  const { identities } = new DtlsServer({ psk: map });
  map.clear();
  t.true(identities.has('a'));
  t.true(new DtlsServer({ psk: { b: key } }).identities.has('b'));
  t.is(new DtlsServer({ psk: Object.create(null) }).identities.size, 0);
});
