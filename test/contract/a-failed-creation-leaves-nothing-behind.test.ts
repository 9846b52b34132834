import test from 'ava';
import { runModule } from '../helpers/child-process.js';

/** Configurations that fail in libssl, and at the very end. */
const failures = {
  'an unreadable key': '{ security: { clientCert: Buffer.from("x"), clientKey: Buffer.from("y") } }',
  'a callback that throws': '{ additionalConfigurationClb() { throw new Error("no"); } }',
};

for (const create of ['createDtlsSocket', 'createSslSocket']) {
  for (const [what, configuration] of Object.entries(failures)) {
    test(`${create}: ${what}: no handle, no descriptor, no memory that grows`, async (t) => {
      const { code, stdout, stderr } = await runModule(
        `
          import { readdirSync } from 'node:fs';
          import { ${create} } from 'lwm2m-tls';
          let failed = 0;
          const rounds = async (count) => {
            for (let round = 0; round < count; round += 1) {
              try {
                ${create}(${configuration});
              } catch {
                failed += 1;
              }
              if (round % 100 > 0) continue;
              // What is dropped is freed in a later turn.
              globalThis.gc();
              await new Promise((resolve) => setImmediate(resolve));
            }
          };
          const measure = () => {
            globalThis.gc();
            const descriptors = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
            const resources = process.getActiveResourcesInfo().length;
            return { descriptors, resources, kilobytes: Math.round(process.memoryUsage.rss() / 1024) };
          };
          await rounds(301);
          const before = measure();
          await rounds(601);
          const after = measure();
          const more = Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - before[name]]));
          console.log(JSON.stringify({ failed, ...more }));
        `,
        ['--expose-gc'],
      );
      t.is(code, 0, stderr);
      const { failed, descriptors, resources, kilobytes } = JSON.parse(stdout);
      t.deepEqual({ failed, descriptors, resources }, { failed: 902, descriptors: 0, resources: 0 });
      // A context takes some 6 KB: had each of 600 stayed, it would be more than that.
      t.true(kilobytes < 2_500, `${kilobytes} KB more`);
    });
  }
}
