// The package's front door: what one needs to define agents, tools and apps. Loads neither a worker nor a client.
export { defineAgent } from './agents/define-agent.ts';
export type { AgentContext, AgentDefinition, AgentIsolation, AgentRetry, Logger } from './agents/define-agent.ts';
export { defineApp } from './agents/define-app.ts';
export type { App, AppManifest } from './agents/define-app.ts';
export type { RedactionRule } from './contracts/redact.ts';
export { hostPath, secret } from './contracts/secret-fields.ts';
export { BatonError } from './contracts/baton-error.ts';
export type { BatonEvent } from './contracts/event.ts';
export type { Failure } from './contracts/failure.ts';
export type { FailureType, RunStatus } from './contracts/names.ts';
export type { AgentOutcome, RunOutcome } from './contracts/run.ts';
export type { UserContext } from './contracts/user-context.ts';
export { definePlan } from './plans/define-plan.ts';
export type { StepOptions } from './plans/define-plan.ts';
export { defineTool } from './tools/define-tool.ts';
export type { ToolCall, ToolDefinition, ToolEffect } from './tools/define-tool.ts';
