import { useState } from 'preact/hooks';

/** Asks for a token where the page was opened without a sign-in link, or the one it had is not valid any more. */
export function SignIn({ refused, onToken }: { refused: boolean; onToken: (token: string) => void }) {
  const [text, setText] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim()) onToken(text.trim());
  };
  return (
    <main class="sign-in">
      <h1>Baton</h1>
      <p>
        Open the sign-in link that <code>baton dev</code> prints, or paste a token made by <code>baton token</code>.
      </p>
      {refused && (
        <p role="alert" class="problem">
          The token is not valid any more. Sign in again; no run is lost.
        </p>
      )}
      <form onSubmit={submit}>
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          value={text}
          onInput={(e) => setText(e.currentTarget.value)}
        />
        <button type="submit">Sign in</button>
      </form>
    </main>
  );
}
