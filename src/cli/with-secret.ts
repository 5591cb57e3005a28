import type { Config } from '../config.ts';

/** The configuration with a way to check tokens: the one that is set, else the data folder's own secret. */
export async function withSecret(config: Config): Promise<Config> {
  if (config.jwt.secret || config.jwt.jwksUrl) return config;
  const { ownSecret } = await import('../gateway/auth/own-secret.ts');
  return { ...config, jwt: { ...config.jwt, secret: ownSecret(config.dataDir) } };
}
