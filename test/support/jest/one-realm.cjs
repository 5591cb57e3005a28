const { runInNewContext } = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

const isClass = (name) => typeof globalThis[name] === 'function' && /^[A-Z]/.test(name);
const CLASSES = runInNewContext('Object.getOwnPropertyNames(globalThis)').filter(isClass);

/** Jest's own code gets the classes that tests have, so that `expect.any(String)` and `instanceof Error` mean the same. */
module.exports = class OneRealm extends TestEnvironment {
  constructor(...given) {
    super(...given);
    for (const name of CLASSES) this.global[name] = globalThis[name];
  }
};
