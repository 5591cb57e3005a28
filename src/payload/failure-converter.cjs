// Loaded by path into clients, workers and the workflow sandbox. CommonJS, because Temporal's SDK loads it by require().
const { DefaultFailureConverter } = require('@temporalio/common');

/** Puts messages and stack traces of failures where the codecs see them. */
exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
