// How a setting says where its secret is instead of saying the secret. Reading it there is read.ts.

/** Scheme → what stands after it, for documents and errors. */
export const schemes = {
  'env:': 'env:NAME, another environment variable',
  'file:': 'file:/path, a file that holds nothing else',
  'vault:': 'vault:mount/path#field, HashiCorp Vault KV version 2',
  'op://': 'op://vault/item/field, 1Password by its `op` command',
  'keychain:': 'keychain:service/account, the keychain of macOS or the secret service of Linux',
  'aws:': 'aws:secret-id#key, AWS Secrets Manager by its `aws` command',
  'helper:': 'helper:anything, the command in TWILIO_MCP_SECRET_HELPER',
} as const;

export type Scheme = keyof typeof schemes;

export interface Reference {
  readonly scheme: Scheme;
  /** What stands after the scheme. */
  readonly rest: string;
  /** What stands after `#`, for stores that keep several values under one name. */
  readonly field: string | undefined;
  readonly text: string;
}

/** Undefined where the text is a value of its own. */
export function parseReference(text: string): Reference | undefined {
  for (const scheme of schemeNames) {
    if (!text.startsWith(scheme)) continue;
    const [rest = '', field] = text.slice(scheme.length).split('#', 2);
    return { scheme, rest, field, text };
  }
  return undefined;
}

const schemeNames: readonly Scheme[] = ['env:', 'file:', 'vault:', 'op://', 'keychain:', 'aws:', 'helper:'];
