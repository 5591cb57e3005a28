/** Address of one run in Temporal UI, or null where the UI's address is not known. */
export function uiLink({
  uiUrl,
  namespace,
  workflowId,
}: {
  uiUrl: string | null;
  namespace: string;
  workflowId: string;
}): string | null {
  return uiUrl && `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
