// SPDX-License-Identifier: Apache-2.0
// What stands in the place of a ledger: loading, empty, failed; and the strips that say of a page that it lost its service, and
// of a file what became of it.

import { Show, type JSX } from 'solid-js';
import type { Fault } from '../core/fault';
import { open_account } from '../lib/first_steps';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { Command, Icon } from './parts';

export function Loading(): JSX.Element {
  const page = use_page();
  return (
    <div class="stage" role="status">
      <div class="stage-card">
        <p class="stage-heading"><span class="spinner" />{text.loading.heading}</p>
        <p class="quiet">
          {text.loading.stages[page.state.progress.stage]}
          <Show when={page.state.progress.loaded > 0}>
            {' · '}{page.state.progress.stage === 'deciding'
              ? text.loading.commands(printer.count(page.state.progress.loaded), printer.count(page.state.progress.total ?? 0))
              : text.loading.bytes(printer.count(page.state.progress.loaded))}
          </Show>
        </p>
        <Progress />
        <Show when={page.opener.reading() || page.state.opening.from === 'log' || page.state.opening.from === 'usage'}>
          <div class="stage-actions">
            <button type="button" class="button" data-testid="stop-opening" onClick={() => page.start()}>{text.loading.stop}</button>
          </div>
        </Show>
      </div>
    </div>
  );
}

function Progress(): JSX.Element {
  const page = use_page();
  const share = (): number | null => {
    const { loaded, total } = page.state.progress;
    return total ? Math.min(1, loaded / total) : null;
  };
  return (
    <Show when={share() !== null} fallback={<progress aria-label={text.loading.heading} />}>
      <progress aria-label={text.loading.heading} max="1" value={share()!} />
    </Show>
  );
}

export function Empty(): JSX.Element {
  return (
    <div class="stage">
      <div class="stage-card">
        <h1 class="stage-heading">{text.empty.heading}</h1>
        <p>{text.empty.lead}</p>
        <Command line={open_account('team', new Date())} />
        <p>{text.empty.then}</p>
        <Command line={text.empty.import} />
        <p>{text.empty.or}</p>
        <Command line={text.empty.demo} />
        <p class="note"><span class="spinner" />{text.empty.waiting}</p>
      </div>
    </div>
  );
}

type FaultCase = keyof typeof text.fault.cases;

function case_of({ code }: Fault): FaultCase {
  return code in text.fault.cases ? (code as FaultCase) : 'other';
}

export function Failed(props: { fault: Fault }): JSX.Element {
  const page = use_page();
  const words = (): (typeof text.fault.cases)[FaultCase] => text.fault.cases[case_of(props.fault)];
  const file = (): string | null => (page.state.opening.from === 'log' ? page.state.opening.name : null);
  const command = (): string => (case_of(props.fault) === 'damaged' && file() !== null ? text.fault.verify(file()!) : words().command);
  const elsewhere = (): boolean => page.state.opening.from === 'service' && page.state.opening.name !== null;
  return (
    <div class="stage" role="alert" data-testid="failed">
      <div class="stage-card">
        <h1 class="stage-heading"><Icon name="warn" class="bad" />{words().heading}</h1>
        <Show when={file()}>{(name) => <p class="quiet">{name()}</p>}</Show>
        <p>{words().lead}</p>
        <Show when={command()}>{(line) => <Command line={line()} />}</Show>
        <Show when={case_of(props.fault) === 'unreachable' && elsewhere()}>
          <p>{text.fault.reader}</p>
          <Command line={text.fault.reader_command(location.origin)} />
        </Show>
        <Show when={token_cases.includes(case_of(props.fault))}><TokenForm /></Show>
        <dl class="stage-facts">
          <dt>{text.fault.details}</dt><dd>{props.fault.message}</dd>
          <Show when={props.fault.place}>{(place) => <><dt>{text.fault.place}</dt><dd>{place()}</dd></>}</Show>
          <dt>{text.fault.code}</dt><dd><code>{props.fault.code}</code></dd>
        </dl>
        <div class="stage-actions">
          <button type="button" class="button primary" onClick={() => void page.retry()}>{text.fault.retry}</button>
          <Show when={['unknown_account', 'forbidden'].includes(case_of(props.fault))}>
            <button type="button" class="button" onClick={() => {
              page.go({ account: null, plan: null, as_of: null });
            }}>{text.fault.open_first}</button>
          </Show>
          <button type="button" class="button" onClick={() => {
            page.start();
            document.getElementById('main')?.focus();
          }}>{text.fault.open_other}</button>
        </div>
      </div>
    </div>
  );
}

// A token is asked for again after one that was wrong, has ended or was revoked.
const token_cases: FaultCase[] = ['unauthorized', 'forbidden'];

function TokenForm(): JSX.Element {
  const page = use_page();
  let field!: HTMLInputElement;
  return (
    <form class="token-form" onSubmit={(event) => {
      event.preventDefault();
      const token = field.value.trim();
      if (token) void page.use_token(token);
    }}>
      <label for="token">{text.fault.token}</label>
      <input ref={field} id="token" type="password" autocomplete="off" spellcheck={false} required data-testid="token" />
      <button type="submit" class="button primary">{text.fault.use_token}</button>
    </form>
  );
}

export function OfflineBanner(): JSX.Element {
  const page = use_page();
  return (
    <Show when={page.state.live === false}>
      <div class="strip bad-strip" role="status" data-testid="offline">
        <Icon name="off" />
        <p>
          <b>{text.offline.banner}</b> {text.offline.help}{' '}
          {printer.count(page.state.tip.seq)}. {text.offline.retrying}
        </p>
      </div>
    </Show>
  );
}

/** How far a file is read beside the ledger that is open, or why it was not opened. */
export function FileStrip(): JSX.Element {
  const { opener, state } = use_page();
  const forget = (label: string): JSX.Element => (
    <button type="button" class="button icon-button" aria-label={label} onClick={() => {
      opener.forget();
      document.getElementById('main')?.focus({ preventScroll: true });
    }}><Icon name="cross" /></button>
  );
  return (
    <>
      <Show when={state.phase === 'ready' && opener.reading()}>{(source) => (
        <div class="strip file-strip" role="status" data-testid="reading-file">
          <p>{text.loading.file(source().file.name)} <Progress /></p>
          {forget(text.loading.stop_file)}
        </div>
      )}</Show>
      <Show when={opener.wrong()}>{(wrong) => (
        <div class="strip file-strip bad-strip" role="alert" data-testid="not-opened">
          <Icon name="warn" /><p>{wrong()}</p>
          {forget(text.close)}
        </div>
      )}</Show>
    </>
  );
}
