import type { FoldedCompensation } from '../../../src/feed/folded.ts';

function word({ success, error }: FoldedCompensation): string {
  if (success === null) return 'being undone';
  return success ? 'undone' : `could not be undone: ${error?.message ?? ''}`;
}

/** What the run undid after it had failed, and what it could not undo. */
export function UndoneList({ compensations }: { compensations: FoldedCompensation[] }) {
  return (
    <section aria-label="Undone">
      <h2>Undone</h2>
      <ul class="undone">
        {compensations.map((each, index) => (
          <li key={index} class={each.success === false ? 'problem' : undefined}>
            <strong>{each.of ?? each.step ?? each.agent}</strong> {word(each)}
          </li>
        ))}
      </ul>
    </section>
  );
}
