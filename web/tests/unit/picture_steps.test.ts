// SPDX-License-Identifier: Apache-2.0
// A picture made in steps: the same numbers, other questions answered in between, and nothing more for one nobody waits for.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { curve_steps, draw_arrays, draw_steps, build_curve, points_list, type Span } from '../../src/chart/series';
import { type Ledger, type TimelinePart } from '../../src/core/ledger';
import type { LedgerEvent, Statement } from '../../src/core/forms';
import type { Tiding } from '../../src/core/protocol';
import { with_pauses, type Steps } from '../../src/lib/steps';
import { Session } from '../../src/worker/session';
import { TimeLine } from '../../src/worker/time_line';

const part_events = 3;
const record = (seq: number): bigint[] => [BigInt(seq) * 1000n, 1_000_000n - BigInt(seq), 0n, BigInt(seq)];

interface Bench {
  newest: number;
  said: string[];
  closed: boolean;
  ledger: Ledger;
}

/** A ledger of events at the positions 1 to `newest`, each of which moves every plan's pool. */
function bench(newest: number): Bench {
  let under_way = '';
  const of: Bench = { newest, said: [], closed: false, ledger: {} as Ledger };
  const timeline_part = (account: string, plan: string, after: bigint): TimelinePart => {
    if (of.closed) throw new Error('closed');
    if (after !== 0n && under_way !== `${account}/${plan}/${after}`) throw new Error(`${under_way} does not go on at ${plan}/${after}`);
    const seq = Math.min(of.newest, Number(after) + part_events);
    under_way = `${account}/${plan}/${seq}`;
    of.said.push(`${plan} ${seq}`);
    const records = Array.from({ length: seq - Number(after) }, (_none, n) => record(Number(after) + n + 1)).flat();
    return { records: new BigInt64Array(records), seq: BigInt(seq), last: seq === of.newest };
  };
  const event = (version: number): LedgerEvent => ({ seq: String(version), version, type: 'CreditsConsumed', at: '2026-01-01T00:00:00Z' }) as unknown as LedgerEvent;
  of.ledger = {
    timeline_part,
    balance: () => ({ version: of.newest, region: 'us' }) as unknown as Statement,
    events: (_account: string, from: number) => [event(from)],
    close: () => {
      of.closed = true;
    },
  } as unknown as Ledger;
  return of;
}

async function session_of(of: Bench, heard: Tiding[] = []): Promise<Session> {
  const session = new Session({ open: () => of.ledger }, null, new Uint8Array(), of.ledger, 'a', (tiding) => heard.push(tiding));
  await session.load(async () => {});
  return session;
}

const span: Span = {
  term: 1, period: 1, starts_at: 0n, ends_at: 1_000_000_000n, closed: false, expired: 0n, granted: 1_000_000n, allotted: 1_000_000n,
};
const asked = (plan: string, up_to: number) => ({ plan, up_to: BigInt(up_to), moment: 900_000_000n, spans: [span] });
const whole = (newest: number): BigInt64Array => new BigInt64Array(Array.from({ length: newest }, (_none, n) => record(n + 1)).flat());
const left = { code: 'left' };

describe('a time line in parts', () => {
  test('is the whole, and goes on where it was when the log has grown', async () => {
    const of = bench(8);
    const line = new TimeLine(of.ledger, 'a', 'plus');
    expect(await line.read(8n, 8, async () => {})).toEqual(whole(8));
    of.newest = 3000;
    const pauses: bigint[] = [];
    expect(await line.read(3000n, 3000, async (seq) => void pauses.push(seq))).toEqual(whole(3000));
    expect(of.said.slice(0, 5)).toEqual(['plus 3', 'plus 6', 'plus 8', 'plus 11', 'plus 14']);
    expect(pauses[0]).toBe(11n);
  });

  test('is read as far as it is asked for', async () => {
    const of = bench(100);
    const line = new TimeLine(of.ledger, 'a', 'plus');
    expect(await line.read(4n, 100, async () => {})).toEqual(whole(6));
    expect(await line.read(5n, 100, async () => {})).toEqual(whole(6));
    expect(of.said).toEqual(['plus 3', 'plus 6']);
  });

  test('has events that arrive between two parts', async () => {
    const of = bench(7);
    const line = new TimeLine(of.ledger, 'a', 'plus');
    const records = await line.read(9n, 7, async (seq) => {
      if (seq === 6n) of.newest = 9;
    });
    expect(records).toEqual(whole(9));
  });
});

describe('a curve in steps', () => {
  const records = whole(200_000);

  test('has the very numbers of one made at once', async () => {
    let pauses = 0;
    const stepwise = <T>(steps: Steps<T>): Promise<T> => with_pauses(steps, async () => void (pauses += 1));
    const curve = await stepwise(curve_steps(records, 190_000n, 900_000_000n, [span], []));
    expect(curve).toEqual(build_curve(records, 190_000n, 900_000_000n, [span], []));
    expect(await stepwise(draw_steps(curve))).toEqual(draw_arrays(curve));
    expect(curve.stretches[0]?.points.at.length).toBe(190_001);
    expect(pauses).toBeGreaterThan(6);
  });
});

describe('a picture', () => {
  // Each step takes its whole turn.
  beforeAll(() => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });

  test('lets others ask between its steps', async () => {
    const of = bench(30);
    const heard: Tiding[] = [];
    const session = await session_of(of, heard);
    const picture = session.picture(asked('plus', 30));
    expect(of.said).toEqual(['plus 3']);
    expect(await session.rows({ type: null, first: 4, limit: 1 })).toMatchObject([{ version: 5 }]);
    expect(of.said.length).toBeLessThan(10);
    const { curve } = await picture;
    expect(points_list(curve.stretches[0]!.points).length).toBe(31);
    expect(of.said.length).toBe(10);
    expect(heard.filter(({ tell }) => tell === 'drawing').length).toBe(9);
  });

  test('is given up when another is asked for, which goes on from there', async () => {
    const of = bench(30);
    const session = await session_of(of);
    const first = session.picture(asked('plus', 30));
    const second = session.picture(asked('plus', 29));
    await expect(first).rejects.toMatchObject({ fault: left });
    expect((await second).up_to).toBe(29n);
    expect(of.said).toEqual(Array.from({ length: 10 }, (_none, n) => `plus ${3 * (n + 1)}`));
  });

  test('of another plan begins anew, and the one before is not read on', async () => {
    const of = bench(9);
    const session = await session_of(of);
    const pictures = [session.picture(asked('plus', 9)), session.picture(asked('pro', 9)), session.picture(asked('plus', 9))];
    const ends = await Promise.allSettled(pictures);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(of.said).toEqual(['plus 3', 'pro 3', 'plus 3', 'plus 6', 'plus 9']);
  });

  test('is given up when its account is left, and asks the closed ledger nothing', async () => {
    const of = bench(30);
    const session = await session_of(of);
    const picture = session.picture(asked('plus', 30));
    session.close();
    await expect(picture).rejects.toMatchObject({ fault: left });
    expect(of.said).toEqual(['plus 3']);
  });
});
