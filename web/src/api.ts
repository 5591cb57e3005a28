import type { CostOptimizationInput } from '../../src/contracts/cost-optimization.ts';
import type { Report } from '../../src/contracts/report.ts';

export type Uploaded = { upload_id: string; bytes: number; format: string };

/** What the gateway refuses, in its own words. */
async function problemOf(response: Response): Promise<string> {
  try {
    const { title, detail } = (await response.json()) as { title?: string; detail?: string };
    return detail ?? title ?? `The server answered ${response.status}.`;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

/** The gateway's calls that the page makes, as this user. */
export function createApi(token: string) {
  const headers = { authorization: `Bearer ${token}` };

  async function call(path: string, { method = 'GET', body }: { method?: string; body?: object } = {}) {
    const json = body && { 'content-type': 'application/json' };
    const response = await fetch(path, {
      method,
      headers: { ...headers, ...json },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await problemOf(response));
    return response;
  }
  const runPath = (runId: string) => `/v1/runs/${encodeURIComponent(runId)}`;

  return {
    /** Sends a file; `onProgress` is told the share sent, from 0 to 1. Only XMLHttpRequest can tell it. */
    upload(file: File, onProgress: (share: number) => void): Promise<Uploaded> {
      const { promise, resolve, reject } = Promise.withResolvers<Uploaded>();
      const request = new XMLHttpRequest();
      request.open('POST', '/v1/uploads');
      request.setRequestHeader('authorization', headers.authorization);
      request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded / total));
      request.addEventListener('error', () => reject(new Error('The connection was lost while the file was sent.')));
      request.addEventListener('load', () => {
        const answer = new Response(request.responseText, { status: request.status });
        if (answer.ok) void answer.json().then(resolve, reject);
        else void problemOf(answer).then((text) => reject(new Error(text)));
      });
      const form = new FormData();
      form.append('file', file);
      request.send(form);
      return promise;
    },
    async start(input: CostOptimizationInput, requestId: string): Promise<string> {
      const body = { workflow: 'costOptimization', input, request_id: requestId };
      const response = await call('/v1/runs', { method: 'POST', body });
      return ((await response.json()) as { run_id: string }).run_id;
    },
    act: (runId: string, action: 'cancel' | 'pause' | 'resume' | 'retry') =>
      call(`${runPath(runId)}/${action}`, { method: 'POST', body: {} }),
    decide: (runId: string, approvalId: string, decision: { decision: string; comment?: string }) =>
      call(`${runPath(runId)}/approvals/${encodeURIComponent(approvalId)}`, { method: 'POST', body: decision }),
    report: async (runId: string) => (await call(`${runPath(runId)}/report?format=json`)).json() as Promise<Report>,
    reportFile: async (runId: string, format: string) =>
      (await call(`${runPath(runId)}/report?format=${format}`)).blob(),
  };
}

export type Api = ReturnType<typeof createApi>;
