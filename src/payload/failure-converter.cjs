// Loaded by path into clients, workers and the workflow sandbox. CommonJS, because Temporal's SDK loads it by require().
const { DefaultFailureConverter } = require('@temporalio/common');

/** A bundle of workflows that holds this text was made with this converter; see `refuseReadableFailures`. */
exports.mark = 'baton encodes failures';

/** Puts messages and stack traces of failures where the codecs see them. */
exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
