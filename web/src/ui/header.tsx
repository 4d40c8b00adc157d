// SPDX-License-Identifier: Apache-2.0
// The top of the page: whose ledger this is, whether it is live, whether it equals the server's, and preferences.

import { For, Show, type JSX } from 'solid-js';
import { settings } from '../state/settings';
import { text } from '../text';
import { Badge } from './badge';
import { use_page } from './context';
import { Icon, Logo } from './parts';

export function Header(): JSX.Element {
  const page = use_page();
  return (
    <header class="top">
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        document.getElementById('main')?.focus();
      }}>{text.skip}</a>
      <div class="brand"><Logo /><span>{text.product}</span></div>
      <AccountPicker />
      <Show when={page.state.phase === 'ready'}>
        <button type="button" class="button icon-button" data-testid="open-other" title={text.header.open}
          onClick={() => page.start()}>
          <Icon name="folder" /><span class="sr-only">{text.header.open}</span>
        </button>
      </Show>
      <AccountFacts />
      <div class="top-end">
        <Show when={page.there('header')}>
          <LinkState />
          <Badge />
          <button type="button" class="button icon-button" aria-label={text.tour.open_title} title={text.tour.open_title}
            data-testid="tour-open" onClick={() => page.put_tour(0)}><Icon name="help" /></button>
          <button type="button" class="button icon-button print-button" aria-label={text.header.print} title={text.header.print}
            onClick={() => print()}><Icon name="print" /></button>
        </Show>
        <button type="button" class="button icon-button exact-button" aria-pressed={settings.exact()}
          title={text.header.exact} onClick={() => settings.choose_exact(!settings.exact())}>
          {text.header.exact_short}<span class="sr-only"> {text.header.exact}</span>
        </button>
        <ThemeButton />
        <Show when={page.has_token()}>
          <button type="button" class="button icon-button" data-testid="forget-token" title={text.fault.forget_token}
            onClick={() => void page.use_token(null)}>
            <Icon name="leave" /><span class="sr-only">{text.fault.forget_token}</span>
          </button>
        </Show>
      </div>
    </header>
  );
}

function AccountPicker(): JSX.Element {
  const page = use_page();
  return (
    <Show when={page.state.phase === 'ready' && page.state.accounts.length > 0}>
      <label class="picker">
        <span class="sr-only">{text.header.account}</span>
        <select data-testid="account" onFocus={() => void page.refresh_accounts()}
          onChange={(event) => page.go({ account: event.currentTarget.value })}>
          <For each={page.state.accounts}>{(account) => (
            <option value={account} selected={account === page.state.account}>{account}</option>
          )}</For>
        </select>
        <Icon name="down" />
      </label>
    </Show>
  );
}

function AccountFacts(): JSX.Element {
  const page = use_page();
  return (
    <Show when={page.state.moment?.statement}>{(statement) => (
      <p class="account-facts">
        {text.environments[statement().environment] ?? statement().environment}
        {' · '}{text.region(statement().region)}
        <Show when={!statement().access}><span class="state state-closing">{text.access_off}</span></Show>
      </p>
    )}</Show>
  );
}

function LinkState(): JSX.Element {
  const page = use_page();
  const local = (): boolean => page.state.opening.from !== 'service';
  const word = (): string => (local() ? text.header.local[page.state.opening.from] : page.state.live === null ? text.header.connecting
    : page.state.live ? text.header.live : text.header.offline);
  return (
    <span class="link-state" classList={{ live: page.state.live === true, offline: page.state.live === false }}
      title={local() ? text.header.local_title
        : page.state.live === false ? text.header.offline_title : text.header.live_title} role="status">
      <span class="dot" aria-hidden="true" />{word()}
    </span>
  );
}

function ThemeButton(): JSX.Element {
  const other = (): 'light' | 'dark' => (settings.theme() === 'dark' ? 'light' : 'dark');
  const label = (): string => (other() === 'dark' ? text.header.theme_dark : text.header.theme_light);
  return (
    <button type="button" class="button icon-button" aria-label={label()} title={label()}
      data-testid="theme" onClick={() => settings.choose_theme(other())}>
      <Icon name={other() === 'dark' ? 'moon' : 'sun'} />
    </button>
  );
}
