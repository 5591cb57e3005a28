/** The URL as it may be shown: without user and password, which an error message or a log would give away. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//').replace(/\bsentinel_password=[^&]*/, 'sentinel_password=…');
}
