const { registerHooks } = require('node:module');
const { pathToFileURL } = require('node:url');
const { default: JestRuntime } = require('jest-runtime');
const globals = require('./globals.mjs');

const shim = pathToFileURL(require.resolve('./globals.mjs')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: shim, shortCircuit: true } : next(specifier, context),
});

/**
 * Loads test files, and all that they import, as Node itself does: once for each process. Jest would load the whole of it
 * anew, Temporal's SDK included, for every file, and keep it: two thirds of a second a file, and workers that grow to 2 GB
 * and then collect garbage for seconds. Jest itself, with its `expect`, is anew for each file as always.
 */
class NativeRuntime extends JestRuntime {
  #env = { ...process.env };

  unstable_shouldLoadAsEsm(path) {
    return path.endsWith('.ts') || super.unstable_shouldLoadAsEsm(path);
  }
  unstable_importModule(path) {
    return import(pathToFileURL(path));
  }
  setGlobalsForRuntime(given) {
    super.setGlobalsForRuntime(given);
    globals.use(given);
  }
  teardown() {
    super.teardown();
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name];
    Object.assign(process.env, this.#env);
  }
}
module.exports = { __esModule: true, default: NativeRuntime };
