/** Node door of spend analysis: one function per stage, and the renderings of its report. */
export { analyse } from './analyse.ts';
export { planActions } from './actions/plan-actions.ts';
export { buildLedger } from './ledger/build-ledger.ts';
export { optimize } from './optimize.ts';
export { composeInsufficientReport } from './report/compose-report.ts';
export { renderMarkdown } from './report/render-markdown.ts';
export { renderReport } from './report/render-report.ts';
export { renderText } from './report/render-text.ts';
export { writeReport } from './report/write-report.ts';
export { runTriage } from './run-triage.ts';
export { SpendError } from './spend-error.ts';
export { combineTechniques } from './techniques/combine-techniques.ts';
export { evaluateTechnique } from './techniques/evaluate-technique.ts';
export { APPLICATION_ORDER, TECHNIQUE_GROUPS } from './techniques/techniques.ts';
export { whatIf } from './what-if.ts';
