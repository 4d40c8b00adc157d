// SPDX-License-Identifier: Apache-2.0
// "Same result as the server": compares the two fingerprints all the time, and proves it from nothing when asked.

import { createSignal, Match, Show, Switch, type JSX } from 'solid-js';
import type { Inspected } from '../core/checkpoint';
import { fault_of, type Fault } from '../core/fault';
import type { Check, Proof } from '../core/protocol';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { Command, Count, Icon } from './parts';

// Enough to tell two states apart at a glance; the dialog has all 32.
const short_digits = 8;

type Verdict = 'same' | 'different' | 'checking' | 'unknown' | 'local';

export function Badge(): JSX.Element {
  const page = use_page();
  const [proof, put_proof] = createSignal<Proof | Fault | null>(null);
  let dialog!: HTMLDialogElement;

  const check = (): Check | null => (typeof page.state.check === 'object' ? page.state.check : null);
  const local = (): boolean => page.state.opening.from !== 'service';
  const own_print = (): string => page.state.moment?.statement.fingerprint ?? '';
  const verdict = (): Verdict => {
    if (local()) return 'local';
    if (page.state.check === 'unknown') return 'unknown';
    return check() ? (check()!.same ? 'same' : 'different') : 'checking';
  };
  const short = (fingerprint: string): string => fingerprint.slice(0, short_digits);

  const prove = async (): Promise<void> => {
    put_proof(null);
    if (!dialog.open) dialog.showModal();
    if (local()) return;
    try {
      put_proof(await page.client.ask('prove', {}));
    } catch (thrown) {
      put_proof(fault_of(thrown));
    }
  };
  const download = async (): Promise<void> => {
    // In parts, which the browser may keep on its disk; all of one log.
    const parts: Blob[] = [];
    const opened = page.openings();
    for (let after = 0n, last = false; !last;) {
      const part = await page.client.ask('log', { of: 'all', after, to: null });
      if (page.openings() !== opened) return;
      parts.push(new Blob([part.document]));
      ({ seq: after, last } = part);
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(parts));
    link.download = `${page.state.account}.cflog`;
    link.click();
    // After the browser has taken the bytes.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  return (
    <>
      <button type="button" class={`button badge badge-${verdict()}`} data-testid="badge" data-state={verdict()}
        data-page={local() ? own_print() : check()?.page} data-server={check()?.server}
        title={text.badge.prove} onClick={() => void prove()}>
        <Icon name={['same', 'local'].includes(verdict()) ? 'check' : verdict() === 'different' ? 'warn' : 'clock'} />
        <span>{text.badge[verdict()]}</span>
        <Show when={local()}><code class="badge-prints">{short(own_print())}</code></Show>
        <Show when={check()}>{(now) => (
          <code class="badge-prints">
            <span class="sr-only">{text.badge.page} </span>{short(now().page)}
            {now().same ? ' = ' : ' ≠ '}
            <span class="sr-only">{text.badge.server} </span>{short(now().server)}
          </code>
        )}</Show>
      </button>
      <dialog ref={dialog} class="proof" aria-labelledby="proof-heading" onClick={(event) => {
        if (event.target === dialog) dialog.close();
      }}>
        <div class="proof-body">
          <div class="proof-head">
            <h2 id="proof-heading">{local() ? text.proof.local_heading : text.proof.heading}</h2>
            <button type="button" class="button icon-button" aria-label={text.close} onClick={() => dialog.close()}>
              <Icon name="cross" />
            </button>
          </div>
          <p>{local() ? text.proof.local[page.state.opening.from] : text.proof.lead}</p>
          <Show when={local()}>
            <dl class="proof-facts">
              <dt>{text.proof.page}</dt><dd><code data-testid="fingerprint-page">{own_print()}</code></dd>
              <dt>{text.proof.events}</dt><dd><Count value={page.state.tip.version} testid="proof-events" /></dd>
            </dl>
            <Command line={text.proof.command(page.state.account ?? '')} />
          </Show>
          <div class="proof-result" aria-live="polite" hidden={local()}>
            <Switch fallback={<p class="proof-verdict"><span class="spinner" />{text.proof.running}</p>}>
              <Match when={proof() && 'code' in proof()! ? (proof() as Fault) : null}>{(fault) => (
                <>
                  <p class="proof-verdict"><Icon name="warn" class="bad" />{text.proof.failed}</p>
                  <p class="quiet">{fault().message}</p>
                </>
              )}</Match>
              <Match when={proof() && 'page' in proof()! ? (proof() as Proof) : null}>{(made) => (
                <ProofFacts proof={made()} account={page.state.account ?? ''} />
              )}</Match>
            </Switch>
          </div>
          <div class="proof-actions">
            <button type="button" class="button" onClick={() => void download()}>
              <Icon name="download" />{text.proof.download}
            </button>
            <button type="button" class="button primary" hidden={local()} disabled={proof() === null} onClick={() => void prove()}>
              {text.proof.again}
            </button>
          </div>
        </div>
      </dialog>
    </>
  );
}

// What only shows that page and server agree says nothing of yesterday; this does.
function Signed(props: { signed: Proof['signed'] }): JSX.Element {
  const found = (): Inspected | null => (props.signed && 'included' in props.signed ? props.signed : null);
  const fault = (): Fault | null => (props.signed && 'code' in props.signed ? props.signed : null);
  const proved = (): boolean => found() !== null && found()!.included && found()!.signature !== 'bad';
  return (
    <Show when={found()} fallback={
      <span class="quiet" data-testid="signed">{fault()?.code === 'no_cryptography' ? text.signed.no_cryptography
        : fault()?.message ?? text.signed.nothing}</span>
    }>{(now) => (
      <span data-testid="signed" data-state={proved() ? 'proved' : 'not'} data-size={now().size}
        data-signature={now().signature} data-included={now().included}>
        <Icon name={proved() ? 'check' : 'warn'} class={proved() ? 'good' : 'bad'} />{' '}
        {now().included ? text.signed.included(printer.count(now().size)) : text.signed.not_included}{' '}
        {text.signed[now().signature](now().origin, now().key_id)}
      </span>
    )}</Show>
  );
}

function ProofFacts(props: { proof: Proof; account: string }): JSX.Element {
  const ms = (value: number): string => printer.count(Math.max(1, Math.round(value)));
  return (
    <>
      <p class="proof-verdict" classList={{ same: props.proof.same, different: !props.proof.same }}
        data-testid="proof-verdict">
        <Icon name={props.proof.same ? 'check' : 'warn'} />
        {props.proof.same ? text.proof.same : text.proof.different}
      </p>
      <dl class="proof-facts">
        <dt>{text.proof.page}</dt>
        <dd><code data-testid="fingerprint-page">{props.proof.page}</code></dd>
        <dt>{text.proof.server}</dt>
        <dd><code data-testid="fingerprint-server">{props.proof.server}</code></dd>
        <dt>{text.proof.events}</dt>
        <dd><Count value={props.proof.events} testid="proof-events" /></dd>
        <dt>{text.proof.position}</dt>
        <dd><Count value={props.proof.seq} /></dd>
        <dt>{text.proof.length}</dt>
        <dd>{text.proof.bytes(printer.count(props.proof.bytes))}</dd>
        <dt>{text.signed.heading}</dt>
        <dd><Signed signed={props.proof.signed} /></dd>
        <dt>{text.proof.time}</dt>
        <dd>{text.proof.times(ms(props.proof.download_ms), ms(props.proof.fold_ms))}</dd>
      </dl>
      <Show when={!props.proof.same}>
        <p>{text.proof.different_help}</p>
        <Command line={text.proof.command(props.account)} />
      </Show>
    </>
  );
}
