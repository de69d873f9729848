// Here: the official Twilio SDK pointed at a loopback emulator, for any suite that wants it as the judge.
// Not here: assertions.
import twilio from 'twilio';

class LoopbackClient extends twilio.RequestClient {
  readonly #base: string;

  constructor(base: string) {
    super();
    this.#base = base;
  }

  override request: InstanceType<typeof twilio.RequestClient>['request'] = (options) => {
    options.uri = options.uri.replace(/^https:\//, this.#base);
    return super.request(options);
  };
}

/** `user` and `password` are account SID and token, or API key and secret together with `accountSid`. */
export function sdkClient(base: string, user: string, password: string, accountSid?: string) {
  const httpClient = new LoopbackClient(base);
  return twilio(user, password, { httpClient, ...(accountSid !== undefined && { accountSid }) });
}
