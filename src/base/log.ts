/** Where talk goes. Lower layers receive one and never print. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** Drops everything: the default for library use. */
export const silentLog: Log = { info() {}, warn() {} };

const SECRETS = [
  /\bhf_[A-Za-z0-9]{8,}\b/g,
  /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /([?&](?:token|key|secret|signature|x-amz-[a-z-]+)=)[^&\s]+/gi,
  /(:\/\/[^/\s:@]+:)[^@\s/]+(?=@)/g,
];

/** Replaces tokens, passwords and signatures by `[redacted]`. Every sink passes through it. */
export function redact(text: string): string {
  let out = text;
  for (const pattern of SECRETS) {
    out = out.replace(pattern, (_match, prefix: unknown) =>
      typeof prefix === "string" && prefix.length > 0
        ? `${prefix}${/^[A-Za-z]+$/.test(prefix) ? " " : ""}[redacted]`
        : "[redacted]",
    );
  }
  return out;
}
