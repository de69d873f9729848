// Stands where Twilio would: answers every request at once with one message, so that what is measured is the way there and back.
import { createServer } from 'node:http';

const sid = `SM${'0'.repeat(32)}`;
const message = {
  sid,
  account_sid: `AC${'0'.repeat(32)}`,
  to: '+14155550123',
  from: '+14155550100',
  body: 'Your table for two is booked for 19:30 on Friday.',
  status: 'delivered',
  direction: 'outbound-api',
  num_segments: '1',
  num_media: '0',
  price: '-0.00830',
  price_unit: 'USD',
  error_code: null,
  error_message: null,
  messaging_service_sid: null,
  date_created: 'Mon, 23 Nov 2026 15:00:00 +0000',
  date_sent: 'Mon, 23 Nov 2026 15:00:01 +0000',
  date_updated: 'Mon, 23 Nov 2026 15:00:02 +0000',
  api_version: '2010-04-01',
  uri: `/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages/${sid}.json`,
  subresource_uris: { media: `/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages/${sid}/Media.json` },
};
const body = Buffer.from(JSON.stringify(message));
const headers = { 'content-type': 'application/json', 'content-length': body.length };

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(request.method === 'POST' ? 201 : 200, headers).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.resume().once('end', () => process.exit(0));
