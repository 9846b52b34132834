import test from 'ava';
import { parseLinkFormat } from '#lib/lwm2m/link-format.js';

test('objects, instances and attributes', (t) => {
  const links = parseLinkFormat('</>;rt="oma.lwm2m";ct=110, </1/0>,</3/0>;ver=1.1,</5>;obs');
  t.deepEqual(
    links?.map(({ target, attributes }) => [target, { ...attributes }]),
    [
      ['/', { rt: 'oma.lwm2m', ct: '110' }],
      ['/1/0', {}],
      ['/3/0', { ver: '1.1' }],
      ['/5', { obs: '' }],
    ],
  );
});

test('separators inside quotes belong to the value', (t) => {
  t.is(parseLinkFormat('</1>;title="a,b;c\\"d"')?.[0]?.attributes['title'], 'a,b;c"d');
});

test('a hostile attribute name is only a name', (t) => {
  t.deepEqual(Object.entries(parseLinkFormat('</1>;__proto__=x')?.[0]?.attributes ?? {}), [['__proto__', 'x']]);
});

test('nothing is an empty list', (t) => {
  t.deepEqual(parseLinkFormat(''), []);
});

for (const text of ['1/0', '</1/0', '</1/0>,', ',</1/0>', '</1/0> </2/0>', '</1/0>;', '</1/0>;a="b', '<a>b']) {
  test(`not link format: ${text}`, (t) => {
    t.is(parseLinkFormat(text), undefined);
  });
}
