/**
 * Tokens that are secrets by their shape, whatever they are called. Prefixes and alphabets are those that their issuers
 * document; gitleaks (MIT, config/gitleaks.toml) collects most of them. Lengths are lower bounds, so that a longer format
 * of the same issuer is found too. Each must end in a run that it consumes: see `SHAPES`.
 */
const ISSUED: Record<string, string> = {
  'OpenAI, Anthropic, OpenRouter, DeepSeek and others': String.raw`sk-[A-Za-z0-9_-]{16,}`,
  'Stripe, Clerk': String.raw`(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}`,
  'Stripe, Svix webhooks': String.raw`whsec_[A-Za-z0-9+/=]{16,}`,
  AWS: String.raw`(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])`,
  'AWS Bedrock': String.raw`(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/=]{32,}`,
  GitHub: String.raw`gh[pousr]_[A-Za-z0-9]{20,}`,
  'GitHub fine-grained': String.raw`github_pat_[A-Za-z0-9_]{20,}`,
  GitLab: String.raw`gl(?:pat|dt|rtr?|cbt|ptt|ft|soat|imt|agent|oas|ffct)-[A-Za-z0-9_.-]{16,}`,
  Slack: String.raw`xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,}`,
  'Slack app': String.raw`xapp-\d-[A-Za-z0-9-]{10,}`,
  'Google API': String.raw`AIza[A-Za-z0-9_-]{30,}`,
  'Google OAuth': String.raw`(?:ya29\.|GOCSPX-|1//0)[A-Za-z0-9_-]{20,}`,
  'Azure client secret': String.raw`[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,}`,
  npm: String.raw`npm_[A-Za-z0-9]{30,}`,
  PyPI: String.raw`pypi-[A-Za-z0-9_-]{32,}`,
  RubyGems: String.raw`rubygems_[0-9a-f]{40,}`,
  Docker: String.raw`dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}`,
  'Hugging Face': String.raw`hf_[A-Za-z0-9]{30,}`,
  Replicate: String.raw`r8_[A-Za-z0-9]{30,}`,
  Groq: String.raw`gsk_[A-Za-z0-9]{40,}`,
  xAI: String.raw`xai-[A-Za-z0-9]{40,}`,
  Perplexity: String.raw`pplx-[A-Za-z0-9]{40,}`,
  Tavily: String.raw`tvly-[A-Za-z0-9-]{20,}`,
  LangSmith: String.raw`lsv2_(?:pt|sk)_[A-Za-z0-9_]{32,}`,
  Pinecone: String.raw`pcsk_[A-Za-z0-9_]{40,}`,
  Databricks: String.raw`dapi[0-9a-f]{32}`,
  Supabase: String.raw`(?:sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{20,})`,
  PlanetScale: String.raw`pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{30,}`,
  Doppler: String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{30,}`,
  'HashiCorp Vault': String.raw`hv[bsr]\.[A-Za-z0-9_-]{24,}`,
  'HashiCorp Terraform': String.raw`[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}`,
  DigitalOcean: String.raw`do[oprt]_v1_[0-9a-f]{40,}`,
  Linear: String.raw`lin_api_[A-Za-z0-9]{30,}`,
  Notion: String.raw`(?:ntn_|secret_)[A-Za-z0-9]{40,}`,
  Airtable: String.raw`pat[A-Za-z0-9]{14}\.[0-9a-f]{64}`,
  Atlassian: String.raw`ATATT3[A-Za-z0-9_=-]{60,}`,
  Shopify: String.raw`shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}`,
  Square: String.raw`(?:sq0[a-z]{3}-|EAAA)[A-Za-z0-9_-]{22,}`,
  Twilio: String.raw`SK[0-9a-f]{32}`,
  SendGrid: String.raw`SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`,
  Mailgun: String.raw`key-[0-9a-f]{32}`,
  Mailchimp: String.raw`[0-9a-f]{32}-us\d{1,2}`,
  Brevo: String.raw`xkeysib-[0-9a-f]{32,}-[A-Za-z0-9]{16}`,
  Discord: String.raw`[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}`,
  Telegram: String.raw`(?:bot)?\d{8,10}:AA[A-Za-z0-9_-]{32,}`,
  Sentry: String.raw`sntry[su]_[A-Za-z0-9+/=_-]{40,}`,
  'New Relic': String.raw`NR(?:AK|II|JS)-[A-Za-z0-9-]{20,}`,
  Grafana: String.raw`(?:glc|glsa|eyJrIjoi)_?[A-Za-z0-9+/_=]{32,}`,
  Figma: String.raw`fig[do]_[A-Za-z0-9_-]{30,}`,
  'Meta and Facebook': String.raw`EAA[A-Za-z0-9]{32,}`,
  Postman: String.raw`PMAK-[0-9a-f]{20,}-[0-9a-f]{30,}`,
  PostHog: String.raw`ph[xr]_[A-Za-z0-9]{30,}`,
  'Fly.io': String.raw`(?:fo1_|fm[12][a-z]?_)[A-Za-z0-9+/=_-]{30,}`,
  Vercel: String.raw`vercel_blob_rw_[A-Za-z0-9_]{20,}`,
  Netlify: String.raw`nfp_[A-Za-z0-9]{30,}`,
  Heroku: String.raw`HRKU-[A-Za-z0-9_-]{30,}`,
  Cloudflare: String.raw`v1\.0-[0-9a-f]{24}-[0-9a-f]{64,}`,
  Alibaba: String.raw`LTAI[A-Za-z0-9]{16,}(?![A-Za-z0-9])`,
  Tencent: String.raw`AKID[A-Za-z0-9]{32}(?![A-Za-z0-9])`,
  CircleCI: String.raw`CCIPAT_[A-Za-z0-9_]{30,}`,
  Buildkite: String.raw`bk(?:ua|ct|at)_[a-z0-9]{30,}`,
  Resend: String.raw`re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}`,
  Contentful: String.raw`CFPAT-[A-Za-z0-9_-]{40,}`,
  '1Password': String.raw`ops_eyJ[A-Za-z0-9+/=_-]{50,}`,
  ElevenLabs: String.raw`sk_[0-9a-f]{40,}`,
  Cerebras: String.raw`csk-[a-z0-9]{40,}`,
  Fireworks: String.raw`fw_[A-Za-z0-9]{20,}`,
  Jina: String.raw`jina_[A-Za-z0-9_-]{40,}`,
  Firecrawl: String.raw`fc-[0-9a-f]{32}`,
  age: String.raw`AGE-SECRET-KEY-1[0-9A-Z]{50,}`,
  JWT: String.raw`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){0,2}`,
};

/**
 * One pattern of them all. It begins only where no token runs already (or after an escaped line break), so that a hostile
 * text is walked through once: every alternative fails within its prefix or consumes its run.
 */
export const SHAPES = new RegExp(
  String.raw`(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))(?:${Object.values(ISSUED).join('|')})`,
  'g',
);

/** Words that are joined by hyphens look like a key of OpenAI until one sees that they hold no digit. */
export function isIssued(token: string): boolean {
  return !token.startsWith('sk-') || /\d/.test(token) || /[A-Za-z0-9]{16}/.test(token);
}
