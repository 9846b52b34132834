/**
 * Enforces the layers of docs/architecture.md: who may include or import what, and how long a file may be. Prints each
 * violation with its rule; the exit code is 1 when there is one.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { filesBelow, isTest, nativeFiles } from './list-sources.mjs';

const projectFolder = path.resolve(import.meta.dirname, '..');
const longestFile = 450;

/**
 * What native/core may use of the standard library: no clock, no threads, no streams, no files. `sys/time.h` is there for
 * `struct timeval`, in which OpenSSL hands over DTLS deadlines; the rule on clocks covers its functions.
 */
const pureHeaders = new Set(
  `algorithm any array atomic bit bitset cassert cctype cerrno charconv cinttypes climits compare concepts cstdarg cstddef
   cstdint cstdio cstdlib cstring deque exception functional initializer_list iterator limits list map memory
   memory_resource mutex new numeric optional queue random ranges set source_location span stack stdexcept string
   string_view sys/time.h tuple type_traits unordered_map unordered_set utility variant vector version`.split(/\s+/),
);
const systemHeader = /^(sys|net|netinet|arpa|linux|poll|unistd|fcntl|ifaddrs|netdb|winsock2|ws2tcpip|windows)\b/;
const nodeHeader = /^(napi|node|node_api|js_native_api|v8|node_buffer)\b.*\.h$/;
const clock =
  /\b(clock_gettime|gettimeofday|steady_clock|system_clock|high_resolution_clock|uv_hrtime|uv_now|std::time)\b/;

/** Each rule: the files it looks at, its text, and what breaks it in one file's text (a list, empty when nothing does). */
const rules = [
  {
    of: native('core', { tests: false }),
    rule: 'native/core includes only the pure part of the standard library, <openssl/*> and its own headers',
    broken: (text) => [
      ...system(text).filter((header) => !pureHeaders.has(header) && !header.startsWith('openssl/')),
      ...own(text).filter((header) => !/^(\.\.\/)?\w+\.h$/.test(header)),
    ],
  },
  {
    of: native('core', { tests: false }).filter((file) => !file.startsWith('native/core/faults/')),
    rule: 'native/core does without native/core/faults',
    broken: (text) => own(text).filter((header) => header.includes('/')),
  },
  {
    of: native('core', { tests: false }),
    rule: 'native/core has no clock: time is a parameter',
    broken: (text) => withoutComments(text).match(clock) ?? [],
  },
  {
    of: native('io'),
    rule: 'native/io includes no Node-API, no V8 and no OpenSSL, and nothing of native/napi',
    broken: (text) => [
      ...system(text).filter((header) => nodeHeader.test(header) || header.startsWith('openssl/')),
      ...own(text).filter((header) => header.includes('/') && !header.startsWith('../core/')),
    ],
  },
  {
    of: native('napi'),
    rule: 'native/napi includes no libuv, no sockets and no OpenSSL',
    broken: (text) =>
      system(text).filter((header) => /^(uv\.h|uv\/|openssl\/)/.test(header) || systemHeader.test(header)),
  },
  {
    of: native('', { tests: true }),
    rule: `no file of native or lib is longer than ${longestFile} lines`,
    broken: tooLong,
  },
  { of: library(), rule: `no file of native or lib is longer than ${longestFile} lines`, broken: tooLong },
  {
    of: library().filter((file) => file !== 'lib/binding.ts'),
    rule: 'only lib/binding.ts loads the addon',
    broken: (text) => withoutComments(text).match(/['"]node-gyp-build['"]|\.node['"`]|process\.dlopen/) ?? [],
  },
  {
    of: ['', 'bench/', 'dgram/', 'harness/', 'lwm2m/', 'swarm/', 'metrics/', 'redis/', 'report/'].map(
      (folder) => `lib/${folder}index.ts`,
    ),
    rule: 'an index only re-exports',
    broken: (text) =>
      withoutComments(text)
        .replace(/export\s+(type\s+)?(\{[^}]*\}|\*(\s+as\s+\w+)?)\s+from\s+'[^']+';/g, '')
        .trim()
        .split('\n')
        .filter(Boolean),
  },
  {
    of: library().filter((file) => /^lib\/(cli|dgram|lwm2m|metrics|redis)\//.test(file)),
    rule: 'lib/dgram, lib/lwm2m, lib/metrics, lib/redis and lib/cli use the rest of the library through its index (and checks of values) only',
    broken: (text) =>
      imports(text).filter(
        (name) =>
          name.startsWith('..') &&
          !/^\.\.\/(((lwm2m|bench|report)\/)?index|options\/(check|closest)|package-version|canonical-address|bench\/built-in-scenarios)\.js$/.test(
            name,
          ),
      ),
  },
  {
    of: library().filter((file) => /^lib\/bench\//.test(file)),
    rule: 'lib/bench uses the public API, the parts of lib/lwm2m and lib/swarm, checks of options and faults, and nothing else',
    broken: (text) =>
      imports(text).filter(
        (name) =>
          name.startsWith('..') &&
          !/^\.\.\/(index|(lwm2m|swarm)\/[\w-]+|faults\/parse-faults|options\/(address|check|closest)|package-version|resolve-host)\.js$/.test(
            name,
          ),
      ),
  },
  {
    of: library().filter((file) => file.startsWith('lib/report/')),
    rule: 'lib/report is made from a result alone: of the rest it uses the type of the result, the errors and the option checks',
    broken: (text) =>
      imports(text).filter(
        (name) =>
          name.startsWith('..') && !/^\.\.\/(bench\/bench-result|errors\/\w+-error|options\/check)\.js$/.test(name),
      ),
  },
  {
    of: library().filter((file) => !file.startsWith('lib/cli/')),
    rule: 'nothing but lib/cli depends on lib/cli',
    broken: (text) => imports(text).filter((name) => /\/cli\//.test(name)),
  },
  {
    of: library().filter((file) => !file.startsWith('lib/harness/')),
    rule: 'what lib/harness can do is for tests: nothing else depends on it',
    broken: (text) => imports(text).filter((name) => /(^|\/)harness\//.test(name)),
  },
  {
    of: library().filter((file) => !file.startsWith('lib/metrics/')),
    rule: 'prom-client is optional: only lib/metrics imports it, and nothing else depends on lib/metrics',
    broken: (text) => imports(text).filter((name) => name === 'prom-client' || /(^|\/)metrics\//.test(name)),
  },
  {
    of: library().filter((file) => /^lib\/(errors|options)\//.test(file)),
    rule: 'lib/errors and lib/options do not depend on the sockets, the server or LwM2M',
    broken: (text) => imports(text).filter((name) => /\.\.\/(index\.js|server\/|client\/|socket\/|lwm2m\/)/.test(name)),
  },
];

const violations = rules.flatMap(({ of, rule, broken }) =>
  of.flatMap((file) => [...broken(read(file))].map((what) => `${file}: ${what}\n    rule: ${rule}`)),
);
process.stdout.write(violations.length > 0 ? `${violations.join('\n')}\n` : 'layers: every rule holds\n');
process.exitCode = violations.length > 0 ? 1 : 0;

function native(layer, { tests = true } = {}) {
  return nativeFiles()
    .filter((file) => file.startsWith(`native/${layer}`))
    .filter((file) => tests || !isTest(file));
}

function library() {
  return filesBelow('lib').filter((file) => file.endsWith('.ts'));
}

function read(file) {
  return readFileSync(path.join(projectFolder, file), 'utf8');
}

function system(text) {
  return Array.from(text.matchAll(/^\s*#\s*include\s*<([^>]+)>/gm), ([, header]) => header);
}

function own(text) {
  return Array.from(text.matchAll(/^\s*#\s*include\s*"([^"]+)"/gm), ([, header]) => header);
}

function imports(text) {
  return Array.from(text.matchAll(/(?:\bfrom|\bimport\(?)\s*'([^']+)'/g), ([, name]) => name);
}

function tooLong(text) {
  const lines = text.split('\n').length - 1;
  return lines > longestFile ? [`${lines} lines`] : [];
}

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
