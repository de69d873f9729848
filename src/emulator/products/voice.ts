// Here: the voice product as the emulator serves it: the routes of calls, and the parts it is made of.
// Not here: those parts (the other voice-*.ts).
import { uriPage } from '../paging.ts';
import { type Product, route } from '../route.ts';
import { created, noContent, ok } from '../wire.ts';
import { showCall } from './voice-call.ts';
import { conferenceRoutes } from './voice-conferences.ts';
import { voiceControl } from './voice-control.ts';
import { filteredCalls } from './voice-list.ts';
import { placeCall } from './voice-place.ts';
import { queueRoutes } from './voice-queues.ts';
import { recordingRoutes } from './voice-recordings.ts';
import { transcriptionRoutes } from './voice-transcription.ts';
import { deleteCall, namedCall, updateCall } from './voice-update.ts';

const API = 'api.twilio.com';
const CALLS = '/2010-04-01/Accounts/{AccountSid}/Calls';

export const voice: Product = {
  name: 'voice',
  routes: [
    route('POST', API, `${CALLS}.json`, ({ world, account, form }) =>
      created(showCall(world, placeCall(world, account.sid, form))),
    ),
    route('GET', API, `${CALLS}.json`, (ask) =>
      uriPage(ask, 'calls', filteredCalls(ask), (call) => showCall(ask.world, call)),
    ),
    route('GET', API, `${CALLS}/{Sid}.json`, (ask) => ok(showCall(ask.world, namedCall(ask, 'Sid')))),
    route('POST', API, `${CALLS}/{Sid}.json`, (ask) => ok(showCall(ask.world, updateCall(ask)))),
    route('DELETE', API, `${CALLS}/{Sid}.json`, (ask) => {
      deleteCall(ask);
      return noContent();
    }),
    ...recordingRoutes,
    ...transcriptionRoutes,
    ...conferenceRoutes,
    ...queueRoutes,
  ],
  control: voiceControl,
};
