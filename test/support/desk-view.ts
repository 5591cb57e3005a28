import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';

type Described = { name: string; description: string };

type Metadata = {
  currentDetails: string;
  definition: { queryDefinitions: Described[]; signalDefinitions: Described[]; updateDefinitions: Described[] };
};

/** What Temporal UI asks a workflow for: its current details, and the messages that it takes. */
export function metadataOf(handle: Pick<WorkflowHandle, 'query'>): Promise<Metadata> {
  return handle.query<Metadata>('__temporal_workflow_metadata');
}

export async function currentDetailsOf(handle: Pick<WorkflowHandle, 'query'>): Promise<string> {
  return (await metadataOf(handle)).currentDetails;
}

/** The lines that Temporal UI shows beside activities and timers, in the order of the history. */
export async function summariesOf(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ userMetadata, workflowExecutionStartedEventAttributes: start }) =>
    userMetadata?.summary && !start ? [defaultPayloadConverter.fromPayload<string>(userMetadata.summary)] : [],
  );
}
