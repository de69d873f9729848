// Here: the people on the other side: how each phone behaves and what reached it.
// Not here: who sends to them (products/messaging-send.ts, verify, voice).

/** What reached a phone, in the words of its holder. */
export type Received = {
  readonly kind: 'sms' | 'mms' | 'whatsapp' | 'rcs' | 'call' | 'email';
  readonly sid: string;
  readonly from: string;
  readonly body: string;
  readonly media: readonly string[];
  readonly at: number;
};

export type Phone = {
  readonly number: string;
  /** What becomes of a message sent to it. */
  delivery: 'delivered' | 'undelivered' | 'failed' | 'sent';
  /** Twilio's error code that comes with undelivered or failed. */
  errorCode: number | undefined;
  /** What the holder does when it rings. */
  answers: 'yes' | 'no' | 'busy' | 'machine';
  /** What the network says the number is, for 21614, Lookup and the like. */
  line: 'mobile' | 'landline' | 'voip' | 'toll-free';
  /** Verified by the account, as a trial account needs. */
  isVerified: boolean;
  readonly received: Received[];
};

export type Phones = {
  /** Every number is a phone: unknown ones are mobiles in good order. */
  get(number: string): Phone;
  /** Only those that anyone has set up or written to. */
  known(): readonly Phone[];
  receive(number: string, what: Received): void;
  clear(): void;
};

/** Numbers that fail from the start, all fictional: the last two digits are those of the error code. */
const SEEDED: readonly Pick<Phone, 'number' | 'delivery' | 'errorCode'>[] = [
  { number: '+12015550103', delivery: 'undelivered', errorCode: 30003 },
  { number: '+12015550104', delivery: 'failed', errorCode: 30004 },
  { number: '+12015550105', delivery: 'undelivered', errorCode: 30005 },
  { number: '+12015550106', delivery: 'undelivered', errorCode: 30006 },
  { number: '+12015550107', delivery: 'undelivered', errorCode: 30007 },
  { number: '+12015550108', delivery: 'undelivered', errorCode: 30008 },
];

export function createPhones(): Phones {
  const phones = new Map<string, Phone>();

  const get = (number: string): Phone => {
    const bare = number.replace(/^\w+:/, '');
    const known = phones.get(bare);
    if (known !== undefined) return known;
    const seeded = SEEDED.find((one) => one.number === bare);
    const phone: Phone = {
      number: bare,
      delivery: seeded?.delivery ?? 'delivered',
      errorCode: seeded?.errorCode,
      answers: 'yes',
      line: 'mobile',
      isVerified: false,
      received: [],
    };
    phones.set(bare, phone);
    return phone;
  };

  return {
    get,
    known: () => [...phones.values()],
    receive: (number, what) => {
      get(number).received.push(what);
    },
    clear: () => phones.clear(),
  };
}
