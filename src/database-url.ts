// The address of the store: a file or a PostgreSQL, and what of it people may see. Nothing is opened here.

/** Whether it is a PostgreSQL, which several machines may share. */
export function isShared(url: string | undefined): boolean {
  return url !== undefined && /^postgres(ql)?:\/\//.test(url);
}

/** What the redactor must know of an address: the password as it is written and as it is meant. */
export function passwordsOf(url: string | undefined): string[] {
  if (url === undefined || !isShared(url)) return [];
  const { username, password, searchParams } = new URL(url);
  const asked = searchParams.get('password');
  // With the name before it, a password too short to be looked for by itself is still found where the address stands.
  const written = password === '' ? [] : [password, decoded(password), `${username}:${password}`];
  return [...written, ...(asked === null ? [] : [asked, `password=${asked}`])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without user, password and options. */
export function shownAddress(url: string): string {
  if (!isShared(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
