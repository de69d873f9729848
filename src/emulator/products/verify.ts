// Here: the routes of Verify v2 and the doors for its testers.
// Not here: what they do (verify-services.ts, verify-verification.ts, verify-code.ts, verify-destination.ts).
import { type Product, route } from '../route.ts';
import { created, ok } from '../wire.ts';
import { codeControl } from './verify-code.ts';
import { blockControl } from './verify-destination.ts';
import { HOST, SERVICES, serviceRoutes } from './verify-services.ts';
import {
  checkVerification,
  fetchVerification,
  showCheck,
  showVerification,
  startVerification,
  updateVerification,
} from './verify-verification.ts';

const ALL = `${SERVICES}/{ServiceSid}/Verifications`;
const ONE = `${ALL}/{Sid}`;

export const verify: Product = {
  name: 'verify',
  routes: [
    ...serviceRoutes,
    route('POST', HOST, ALL, (ask) => created(showVerification(startVerification(ask)))),
    route('GET', HOST, ONE, (ask) => ok(showVerification(fetchVerification(ask)))),
    route('POST', HOST, ONE, (ask) => ok(showVerification(updateVerification(ask)))),
    route('POST', HOST, `${SERVICES}/{ServiceSid}/VerificationCheck`, (ask) =>
      created({ ...showCheck(checkVerification(ask)), sna_attempts_error_codes: [] }),
    ),
  ],
  control: [...blockControl, ...codeControl],
};
