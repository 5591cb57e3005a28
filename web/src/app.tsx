import { useState } from 'preact/hooks';
import { createApi } from './api.ts';
import { Desk } from './shell/desk.tsx';
import { SignIn } from './shell/sign-in.tsx';
import { forgetToken, keepToken, takeToken } from './token.ts';

/** The page: signed out, or the desk of one user. */
export function App() {
  const [token, setToken] = useState(takeToken);
  const [refused, setRefused] = useState(false);
  if (token === null) {
    const signIn = (given: string) => {
      keepToken(given);
      setRefused(false);
      setToken(given);
    };
    return <SignIn refused={refused} onToken={signIn} />;
  }
  const signOut = (wasRefused: boolean) => {
    forgetToken();
    setRefused(wasRefused);
    setToken(null);
  };
  return <Desk key={token} token={token} api={createApi(token)} onSignOut={signOut} />;
}
