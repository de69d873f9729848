// The official packages driving the local Twilio, as somebody's program would: one line of JSON for each thing that held or did not.
// Plain JavaScript: their types are not installed with ours.
import { Analytics } from '@segment/analytics-node';
import mail from '@sendgrid/mail';
import twilio from 'twilio';

const { base, accountSid, authToken, sendgridKey, segmentKey } = JSON.parse(process.argv[2]);
const to = '+14155550123';
const from = '+14155550100';

class Loopback extends twilio.RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace(/^https:\//, base) });
  }
}

const client = twilio(accountSid, authToken, { httpClient: new Loopback() });

async function check(what, work) {
  try {
    const told = await work();
    if (told === false) throw new Error('not as expected');
    process.stdout.write(`${JSON.stringify({ what, holds: true })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ what, holds: false, told: String(error).slice(0, 300) })}\n`);
  }
}

await check('twilio: a message is sent, read, listed and deleted', async () => {
  const sent = await client.messages.create({ to, from, body: 'Hi' });
  const read = await client.messages(sent.sid).fetch();
  const listed = await client.messages.list({ to, limit: 5 });
  await fetch(`${base}/_emulator/clock/advance`, { method: 'POST', body: JSON.stringify({ seconds: 60 }) });
  await client.messages(sent.sid).remove();
  return read.body === 'Hi' && listed.some(({ sid }) => sid === sent.sid);
});
await check('twilio: a refused message is a RestException with its code', async () => {
  const error = await client.messages.create({ to: '12', from, body: 'Hi' }).catch((reason) => reason);
  return error.code === 21211 && error.status === 400;
});
await check('twilio: a call is placed and ended', async () => {
  const call = await client.calls.create({ to, from, twiml: '<Response><Say>Hi</Say></Response>' });
  const ended = await client.calls(call.sid).update({ status: 'completed' });
  return /^(completed|canceled)$/.test(ended.status);
});
await check('twilio: a verification is started and checked', async () => {
  const service = await client.verify.v2.services.create({ friendlyName: 'Judge' });
  const verification = await client.verify.v2
    .services(service.sid)
    .verifications.create({ to, channel: 'sms' });
  const checked = await client.verify.v2
    .services(service.sid)
    .verificationChecks.create({ to, code: '000000' });
  return verification.status === 'pending' && checked.status === 'pending';
});
await check('twilio: a number is looked up', async () => {
  const found = await client.lookups.v2.phoneNumbers(to).fetch();
  return found.valid === true && found.countryCode === 'US';
});
await check('twilio: pages are followed to their end', async () => {
  for (let n = 0; n < 7; n += 1) await client.messages.create({ to, from, body: `No ${n}` });
  const all = await client.messages.list({ pageSize: 2 });
  return all.filter(({ body }) => body.startsWith('No ')).length === 7;
});
await check('twilio: a sync map, a conversation, a task router workspace', async () => {
  const service = await client.sync.v1.services.create({ friendlyName: 'Judge' });
  const map = await client.sync.v1.services(service.sid).syncMaps.create({ uniqueName: 'one' });
  const item = await client.sync.v1
    .services(service.sid)
    .syncMaps(map.sid)
    .syncMapItems.create({ key: 'a', data: { n: 1 } });
  const conversation = await client.conversations.v1.conversations.create({ friendlyName: 'Judge' });
  const workspace = await client.taskrouter.v1.workspaces.create({ friendlyName: 'Judge' });
  return item.data.n === 1 && conversation.sid.startsWith('CH') && workspace.sid.startsWith('WS');
});
await check('@sendgrid/mail: a mail is accepted, a broken one is refused', async () => {
  mail.setApiKey(sendgridKey);
  mail.client.setDefaultRequest('baseUrl', `${base}/api.sendgrid.com/`);
  const [answer] = await mail.send({
    to: 'ana@example.com',
    from: 'shop@example.com',
    subject: 'Hi',
    text: 'Hello',
  });
  const error = await mail
    .send({ to: 'ana@example.com', from: 'shop@example.com', subject: '', text: 'Hello' })
    .catch((reason) => reason);
  return answer.statusCode === 202 && error.code === 400;
});
await check('@segment/analytics-node: a batch is taken', async () => {
  const failures = [];
  const analytics = new Analytics({
    writeKey: segmentKey,
    host: base,
    path: '/api.segment.io/v1/batch',
    maxRetries: 0,
  });
  analytics.on('error', (error) => failures.push(error));
  analytics.track({ userId: 'ana', event: 'Signed Up' });
  analytics.identify({ userId: 'ana', traits: { plan: 'pro' } });
  await analytics.closeAndFlush();
  if (failures.length > 0) throw new Error(JSON.stringify(failures[0]));
});
