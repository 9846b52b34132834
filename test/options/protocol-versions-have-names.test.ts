import test from 'ava';
import { Transport } from '#lib/binding.js';
import { parseVersions, versionName } from '#lib/options/versions.js';

test('1.2 is the oldest by default, and the newest is the newest there is', (t) => {
  t.deepEqual(parseVersions({}, Transport.datagram), { minVersion: 0xfefd, maxVersion: 0xfefd });
  t.deepEqual(parseVersions({}, Transport.stream), { minVersion: 0x0303, maxVersion: 0x0304 });
});

test('older ones must be asked for', (t) => {
  t.deepEqual(parseVersions({ minVersion: 'DTLSv1' }, Transport.datagram), { minVersion: 0xfeff, maxVersion: 0xfefd });
  t.deepEqual(parseVersions({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, Transport.stream), {
    minVersion: 0x0301,
    maxVersion: 0x0302,
  });
});

test('a range must not be empty, and the names are those of the transport', (t) => {
  const invalid = { code: 'ERR_INVALID_OPTION' };
  t.throws(() => parseVersions({ maxVersion: 'DTLSv1' }, Transport.datagram), invalid);
  t.throws(() => parseVersions({ minVersion: 'TLSv1.2' }, Transport.datagram), invalid);
  t.throws(() => parseVersions({ minVersion: 'DTLSv1.2' }, Transport.stream), invalid);
});

test('a number on the wire has its name back', (t) => {
  t.is(versionName(0xfefd), 'DTLSv1.2');
  t.is(versionName(0x0304), 'TLSv1.3');
  t.is(versionName(0x7f1c), '0x7f1c');
});
