// A file from a URL: only https, only allowed hosts, redirects watched, nothing inside private networks, no more than fits.
import { MockAgent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDownloader, rehearseDownload } from '../../src/client/download.ts';
import { isPublicAddress } from '../../src/client/public-file.ts';

const { signal } = new AbortController();
const url = 'https://files.example.com/receipts/1042.pdf';

function agent() {
  const dispatcher = new MockAgent();
  dispatcher.disableNetConnect();
  onTestFinished(() => dispatcher.close());
  const download = createDownloader({
    hosts: ['files.example.com', 'cdn.example.com'],
    timeoutMs: 5000,
    dispatcher,
  });
  return { files: dispatcher.get('https://files.example.com'), dispatcher, download };
}

describe('a file', () => {
  it('comes with the name and type that its host gives', async () => {
    const { files, download } = agent();
    files
      .intercept({ path: '/receipts/1042.pdf' })
      .reply(200, 'hello', { headers: { 'content-type': 'application/pdf; charset=binary' } });
    expect(await download(url, 5, signal)).toEqual({
      filename: '1042.pdf',
      type: 'application/pdf',
      base64: Buffer.from('hello').toString('base64'),
    });
  });

  it('has a name that leads nowhere', async () => {
    const { files, download } = agent();
    files.intercept({ path: '/a/..%2F..%2Fpasswd' }).reply(200, 'x');
    expect(await download('https://files.example.com/a/..%2F..%2Fpasswd', 5, signal)).toMatchObject({
      filename: '.._.._passwd',
    });
    files.intercept({ path: '/%ff' }).reply(200, 'x');
    expect(await download('https://files.example.com/%ff', 5, signal)).toMatchObject({ filename: '%ff' });
  });

  it('is refused when it is larger than what fits', async () => {
    const { files, download } = agent();
    files.intercept({ path: '/receipts/1042.pdf' }).reply(200, 'hello!');
    await expect(download(url, 5, signal)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('is followed to another allowed host, and to no other', async () => {
    const { files, dispatcher, download } = agent();
    const to = (location: string) =>
      files.intercept({ path: '/receipts/1042.pdf' }).reply(302, '', { headers: { location } });
    to('https://cdn.example.com/b.pdf');
    dispatcher.get('https://cdn.example.com').intercept({ path: '/b.pdf' }).reply(200, 'b');
    expect(await download(url, 5, signal)).toMatchObject({ filename: 'b.pdf' });
    for (const location of [
      'https://evil.example.net/',
      'http://cdn.example.com/b.pdf',
      'https://127.0.0.1/',
    ]) {
      to(location);
      await expect(download(url, 5, signal)).rejects.toMatchObject({ code: 'REFUSED' });
    }
  });

  it('is given up when it is redirected without end, or not there', async () => {
    const { files, download } = agent();
    files
      .intercept({ path: '/receipts/1042.pdf' })
      .reply(302, '', { headers: { location: '/receipts/1042.pdf' } })
      .times(4);
    await expect(download(url, 5, signal)).rejects.toMatchObject({ code: 'NETWORK_UNREACHABLE' });
    files.intercept({ path: '/receipts/1042.pdf' }).reply(404, 'no');
    await expect(download(url, 5, signal)).rejects.toMatchObject({
      code: 'NETWORK_UNREACHABLE',
      message: expect.stringContaining('404'),
    });
  });

  it.each([
    'http://files.example.com/a',
    'https://other.example.com/a',
    'https://files.example.com.evil.net/a',
    'https://files.example.com:8443/a',
    'https://user:word@files.example.com/a',
    'https://127.0.0.1/a',
    'https://[::1]/a',
    'https://2130706433/a',
    'file:///etc/passwd',
    'no url',
  ])('%s is refused before anybody is asked', async (refused) => {
    const { download } = agent();
    for (const take of [download, rehearseDownload(['files.example.com', '127.0.0.1'])])
      await expect(take(refused, 5, signal)).rejects.toMatchObject({ code: 'REFUSED' });
  });

  it('is a stand-in in a rehearsal', async () => {
    const { base64 } = await rehearseDownload(['files.example.com'])(url, 5, signal);
    expect(Buffer.from(base64, 'base64').toString()).toContain('was not fetched');
  });

  it('whose name leads to this machine is not fetched', async () => {
    const download = createDownloader({ hosts: ['localhost'], timeoutMs: 5000 });
    await expect(download('https://localhost/a', 5, signal)).rejects.toMatchObject({
      message: expect.stringContaining('not on the public internet'),
    });
  });
});

describe('an address', () => {
  it.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::8'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '2001:0:7f00:1::',
    '2001:db8::1',
    '2002:7f00:1::1',
    'localhost',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});
