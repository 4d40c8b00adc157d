// SPDX-License-Identifier: Apache-2.0
// Workers beside the page's own that simulate: each with the account's log folded for itself, as many as there are cores to
// spare. A newer question under the same name takes the place of one that waits.

import type { ScenarioForm, Simulation } from '../core/forecast';
import type { Catalog } from '../core/forms';
import type { ForecastQuestions } from '../core/protocol';
import { start_forecaster, type Client } from './client';

/** What all workers of the pool have folded; another `id` makes them fold anew. */
export interface Folded {
  id: string;
  account: string;
  catalog: Catalog;
  log: Uint8Array<ArrayBuffer>;
}

export interface Pool {
  /** Rejects with `replaced` when a newer question under `name` came before this one was begun. */
  simulate(name: string, form: ScenarioForm, folded: () => Promise<Folded>, id: string): Promise<Simulation>;
}

export const replaced = new Error('a newer question took its place');

// One core stays for the page's own worker and what is drawn.
const workers_max = 4;
export const worker_count = (cores: number): number => Math.min(workers_max, Math.max(1, cores - 1));

interface Job {
  name: string;
  form: ScenarioForm;
  folded: () => Promise<Folded>;
  id: string;
  resolve(answer: Simulation): void;
  reject(thrown: unknown): void;
}

interface Member {
  client: Client<ForecastQuestions>;
  has: string | null;
  busy: boolean;
}

export function create_pool(cores: number): Pool {
  const members: Member[] = [];
  const waiting: Job[] = [];

  function next(): void {
    if (waiting.length === 0) return;
    let member = members.find(({ busy }) => !busy);
    if (!member) {
      if (members.length >= worker_count(cores)) return;
      member = { client: start_forecaster(), has: null, busy: false };
      members.push(member);
    }
    const job = waiting.shift()!;
    member.busy = true;
    void run(member, job).finally(() => {
      member.busy = false;
      next();
    });
    next();
  }

  async function run(member: Member, job: Job): Promise<void> {
    try {
      if (member.has !== job.id) {
        const folded = await job.folded();
        member.has = null;
        await member.client.ask('adopt', { account: folded.account, catalog: folded.catalog, log: folded.log });
        member.has = folded.id;
      }
      job.resolve(await member.client.ask('simulate', { form: job.form }));
    } catch (thrown) {
      job.reject(thrown);
    }
  }

  return {
    simulate(name, form, folded, id) {
      const before = waiting.findIndex((job) => job.name === name);
      if (before >= 0) waiting.splice(before, 1)[0]!.reject(replaced);
      return new Promise((resolve, reject) => {
        waiting.push({ name, form, folded, id, resolve, reject });
        next();
      });
    },
  };
}
