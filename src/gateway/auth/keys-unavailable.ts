/** The identity provider did not give the keys by which tokens are checked: nothing is known of the token then. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable';
}
