// Settings that say where secrets are kept and for whom the server acts. The secrets' own settings are in config.ts.
import { z } from 'zod';
import { secretText, setting } from './setting.ts';

export const secretSettings = {
  TWILIO_MCP_PROFILES_FILE: setting(
    z.string().min(1).optional(),
    'File of named profiles (YAML or JSON): several accounts, each with its callers. It holds no secrets, only where they are.',
    '/etc/twilio-mcp/profiles.yaml',
  ),
  TWILIO_MCP_PROFILE: setting(
    z.string().min(1).optional(),
    'The profile to act with; over HTTP, of callers that no profile names.',
    'shop',
  ),
  TWILIO_MCP_SECRETS_REFRESH: setting(
    z.coerce.number('must be a number of seconds').min(10).max(86_400).default(300),
    'Seconds after which secrets that come from files, vaults or helpers are read again; at once when Twilio refuses them.',
    '300',
  ),
  TWILIO_MCP_SECRET_HELPER: setting(
    z.string().min(1).optional(),
    'Program and arguments, as JSON, that print the secret a setting names as helper:name; {} is the name.',
    '["pass","show","twilio/{}"]',
  ),
  VAULT_ADDR: setting(
    z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
    'HashiCorp Vault, for secrets named as vault:mount/path#field.',
    'https://vault.example.com:8200',
  ),
  VAULT_TOKEN: setting(
    secretText.optional(),
    'Token for Vault; VAULT_TOKEN_FILE takes the file that its agent writes.',
    'your_vault_token',
    'secret',
  ),
  VAULT_NAMESPACE: setting(z.string().min(1).optional(), 'Namespace in Vault Enterprise.', 'team-a'),
};
