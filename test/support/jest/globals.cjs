// What '@jest/globals' is to a module that is loaded once for many test files: always that of the file which runs now.
let now;
const ofNow = (name) =>
  new Proxy(function () {}, {
    apply: (_, self, args) => now[name](...args),
    get: (_, key) => now[name][key],
  });

exports.afterAll = ofNow('afterAll');
exports.afterEach = ofNow('afterEach');
exports.beforeAll = ofNow('beforeAll');
exports.beforeEach = ofNow('beforeEach');
exports.describe = ofNow('describe');
exports.expect = ofNow('expect');
exports.test = ofNow('test');
exports.use = (globals) => {
  now = globals;
};
