const KEY = 'baton.token';

/**
 * The user's token: from the sign-in link (`#token=…`), else what this tab was given before. The link's part behind `#`
 * never reaches a server, and is removed from the address so that it is not copied along.
 */
export function takeToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return given ?? sessionStorage.getItem(KEY);
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}
