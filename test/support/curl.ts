// Reads the curl commands of the reference pages as requests, so that they can be run against the local Twilio without a shell.

export interface CurlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Only the flags that the pages use; any other is an error, so that no block passes unread. */
export function readCurl(command: string, variables: Readonly<Record<string, string>>): CurlRequest {
  const [program, ...words] = wordsOf(command, variables);
  if (program !== 'curl') throw new Error(`not a curl command: ${command}`);
  const data: [string, string][] = [];
  const headers: Record<string, string> = {};
  let method: string | undefined;
  let url: string | undefined;
  let raw: string | undefined;
  let inQuery = false;
  const next = () => {
    const word = words.shift();
    if (word === undefined) throw new Error(`a flag without its value: ${command}`);
    return word;
  };
  while (words.length > 0) {
    const word = next();
    if (word === '-X' || word === '--request') method = next();
    else if (word === '-G' || word === '--get') inQuery = true;
    else if (word === '-u' || word === '--user')
      headers['authorization'] = `Basic ${Buffer.from(next()).toString('base64')}`;
    else if (word === '-H' || word === '--header') {
      const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(next()) ?? [];
      headers[name.toLowerCase()] = value;
    } else if (word === '--data-urlencode') {
      const [, name = '', value = ''] = /^([^=]*)=([\s\S]*)$/.exec(next()) ?? [];
      data.push([name, value]);
    } else if (word === '-d' || word === '--data' || word === '--data-raw' || word === '--json') {
      raw = next();
      if (word === '--json') headers['content-type'] = 'application/json';
    } else if (/^https:/.test(word)) url = word;
    else if (!/^(?:-s|-sS|--silent|--fail|-f)$/.test(word))
      throw new Error(`unknown to the reader of pages: ${word}`);
  }
  if (url === undefined) throw new Error(`no URL: ${command}`);
  const form = data
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  if (inQuery) return { method: method ?? 'GET', url: form === '' ? url : `${url}?${form}`, headers };
  const body = raw ?? (data.length > 0 ? form : undefined);
  if (body === undefined) return { method: method ?? 'GET', url, headers };
  return {
    method: method ?? 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  };
}

/** Words as a POSIX shell splits them, with variables in double quotes and outside them. */
function wordsOf(command: string, variables: Readonly<Record<string, string>>): string[] {
  const words: string[] = [];
  const pattern = /(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s'"\\]+)|\\(\n))+/g;
  for (const [whole] of command.matchAll(pattern)) {
    if (whole === '\\\n') continue;
    const word = whole.replace(
      /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\\n|([^'"\\]+)/g,
      (_, single?: string, double?: string, plain?: string) => {
        if (single !== undefined) return single;
        return filled((double ?? plain ?? '').replace(/\\(["\\$])/g, '$1'), variables);
      },
    );
    words.push(word);
  }
  return words;
}

function filled(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{?([A-Z][A-Z0-9_]*)\}?/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined)
      throw new Error(`$${name} is neither a setting nor the answer of an earlier block`);
    return value;
  });
}
