// SPDX-License-Identifier: Apache-2.0
// Workers beside the page's own that simulate, as many as there are cores to spare, on what the first of them learns of the
// log. A newer question under the same name takes the place of one that waits, another moment that of all before it.

import type { ScenarioForm, Simulation } from '../core/forecast';
import type { ForecastQuestions } from '../core/protocol';
import type { Client } from './client';
import { create_learning, name_of, replaced, type Past } from './learning';

export interface Pool {
  /** Rejects with `replaced` when a newer question under `name`, or of another moment, came before this one was begun. */
  simulate(name: string, form: ScenarioForm, past: Past): Promise<Simulation>;
}

// One core stays for the page's own worker and what is drawn.
const workers_max = 4;
export const worker_count = (cores: number): number => Math.min(workers_max, Math.max(1, cores - 1));

interface Job {
  name: string;
  form: ScenarioForm;
  past: Past;
  resolve(answer: Simulation): void;
  reject(thrown: unknown): void;
}

interface Member {
  client: Client<ForecastQuestions>;
  has: string | null;
  busy: boolean;
}

/** `start`: a worker more. `on_share`: see `create_learning`. */
export function create_pool(
  cores: number, start: () => Client<ForecastQuestions>, on_share: (share: number | null) => void,
): Pool {
  const members: Member[] = [];
  const waiting: Job[] = [];
  let newest = '';

  function join(): Member {
    const member = { client: start(), has: null, busy: false };
    members.push(member);
    return member;
  }
  const learning = create_learning(() => (in_order()[0] ?? join()).client, on_share);

  // Those whose worker still answers; others take the places of the rest.
  function in_order(): Member[] {
    for (let i = members.length - 1; i >= 0; i -= 1) {
      if (members[i]!.client.is_lost()) members.splice(i, 1);
    }
    return members;
  }

  function next(): void {
    if (waiting.length === 0) return;
    in_order();
    let member = members.find(({ busy }) => !busy);
    if (!member) {
      if (members.length >= worker_count(cores)) return;
      member = join();
    }
    const job = waiting.shift()!;
    member.busy = true;
    void run(member, job).finally(() => {
      member.busy = false;
      next();
    });
    next();
  }

  async function run(member: Member, { form, past, resolve, reject }: Job): Promise<void> {
    try {
      const name = name_of(past);
      if (name !== newest) throw replaced;
      if (member.has !== name) {
        const branch = await learning.learned(past);
        member.has = null;
        await member.client.ask('take', { account: past.account, catalog: await past.catalog(), branch });
        member.has = name;
      }
      resolve(await member.client.ask('simulate', { form }));
    } catch (thrown) {
      reject(thrown);
    }
  }

  return {
    simulate(name, form, past) {
      newest = name_of(past);
      learning.turn_to(past);
      const before = waiting.findIndex((job) => job.name === name);
      if (before >= 0) waiting.splice(before, 1)[0]!.reject(replaced);
      return new Promise((resolve, reject) => {
        waiting.push({ name, form, past, resolve, reject });
        next();
      });
    },
  };
}
