import { BatonError } from '../contracts/baton-error.ts';

export type S3Location = { bucket: string; prefix: string; endpoint?: string; region?: string };

const PARAMETERS = ['endpoint', 'region'];

/**
 * Reads `s3://bucket/prefix?endpoint=…&region=…`.
 *
 * @throws BatonError `InvalidInput` that says what is wrong with it
 */
export function s3Location(url: string): S3Location {
  const refuse = (why: string) => new BatonError('InvalidInput', why);
  if (!URL.canParse(url)) throw refuse('is no URL of the form s3://BUCKET/PREFIX?endpoint=…&region=…');
  const { hostname, pathname, searchParams, username, password } = new URL(url);
  if (username || password) throw refuse('must not hold credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(hostname)) throw refuse('names no bucket: s3://BUCKET/PREFIX');
  const unknown = [...searchParams.keys()].find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined) throw refuse(`has an unknown parameter "${unknown}"; known: ${PARAMETERS.join(', ')}`);
  const endpoint = searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !/^https?:\/\/[^@]+$/.test(endpoint)) {
    throw refuse('its endpoint must be an http(s) URL without credentials');
  }
  const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
  return { bucket: hostname, prefix, endpoint, region: searchParams.get('region') ?? undefined };
}
