/** Set in the processes of isolated agents. */
export const ISOLATED_ENV = 'BATON_ISOLATED_AGENT';

/** Whether this process was started for an isolated agent. */
export const isIsolated = (): boolean => process.env[ISOLATED_ENV] === '1';
