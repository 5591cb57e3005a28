import { useState } from 'preact/hooks';
import type { FoldedApproval } from '../../../src/feed/folded.ts';
import type { Api } from '../api.ts';

type Props = { runId: string; approval: FoldedApproval; api: Api };

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);

/** A question of the run, with its options as buttons. It goes away when the feed says that it was decided. */
export function ApprovalCard({ runId, approval, api }: Props) {
  const [comment, setComment] = useState('');
  const [problem, setProblem] = useState('');
  const [sending, setSending] = useState(false);
  const decide = (decision: string) => {
    setSending(true);
    api
      .decide(runId, approval.approval_id, { decision, comment: comment.trim() || undefined })
      .catch((error: Error) => setProblem(error.message))
      .finally(() => setSending(false));
  };
  return (
    <section class="approval" aria-labelledby={`ask-${approval.approval_id}`}>
      <h2 id={`ask-${approval.approval_id}`}>{approval.question}</h2>
      <label for={`comment-${approval.approval_id}`}>Comment</label>
      <input
        id={`comment-${approval.approval_id}`}
        value={comment}
        onInput={(e) => setComment(e.currentTarget.value)}
      />
      <div class="actions">
        {approval.options.map((option) => (
          <button type="button" key={option} disabled={sending} onClick={() => decide(option)}>
            {capital(option)}
          </button>
        ))}
      </div>
      <p class="hint">
        Open until <time dateTime={approval.expires_at}>{new Date(approval.expires_at).toLocaleString()}</time>
      </p>
      {approval.reminded && (
        <p role="status" class="hint">
          Not much time is left. If nobody decides, the run decides by itself.
        </p>
      )}
      {problem && (
        <p role="alert" class="problem">
          {problem}
        </p>
      )}
    </section>
  );
}
