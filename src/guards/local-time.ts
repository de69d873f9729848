// The clock on somebody's wall: weekday and minute of the day in a zone, and back. Daylight saving comes from Intl.

export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const parts = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  } as const;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    calendar: 'gregory',
    ...parts,
  });
  formats.set(zone, format);
  return format;
}

export function localTime(at: Date, zone: string): LocalTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const [year, month, day] = [of('year'), of('month'), of('day')];
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { year, month, day, weekday, minute: of('hour') * 60 + of('minute') };
}

/** The moment at which clocks there show that minute, `days` days after the local day of `at`; past a skipped hour if it is skipped. */
export function momentOf(at: Date, zone: string, days: number, minute: number): Date {
  const { year, month, day } = localTime(at, zone);
  const wall = Date.UTC(year, month - 1, day + days, 0, minute);
  const first = wall - offset(new Date(wall), zone);
  const second = wall - offset(new Date(first), zone);
  return new Date(Math.max(second, wall - offset(new Date(second), zone)));
}

/** How far clocks there are ahead of UTC. */
function offset(at: Date, zone: string): number {
  const { year, month, day, minute } = localTime(at, zone);
  return Date.UTC(year, month - 1, day, 0, minute) - Math.floor(at.getTime() / 60_000) * 60_000;
}

export function clockOf(at: Date, zone: string): string {
  const { weekday, minute } = localTime(at, zone);
  const two = (value: number) => String(value).padStart(2, '0');
  const names = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  return `${names[weekday]} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
