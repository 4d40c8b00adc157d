// SPDX-License-Identifier: Apache-2.0
// The page put together: the answer on top, the picture with its levers beside it, everything that explains it below.

import { createEffect, Match, Show, Switch, type JSX } from 'solid-js';
import { create_page } from './state/page';
import { settings } from './state/settings';
import { text } from './text';
import { PageContext } from './ui/context';
import { Compare } from './ui/compare';
import { Details } from './ui/details';
import { Header } from './ui/header';
import { Picture } from './ui/picture';
import { Plans, Sentence } from './ui/plans';
import { MomentStrip, Scrubber } from './ui/scrubber';
import { Drop, Start } from './ui/start';
import { WhatIfPanel } from './ui/what_if_panel';
import { Tour } from './ui/tour';
import { Why } from './ui/why';
import { Empty, Failed, FileStrip, Loading, OfflineBanner } from './ui/states';

export function App(): JSX.Element {
  const page = create_page();
  void page.open(page.state.place.account);
  createEffect(() => {
    document.title = page.state.account ? text.title(page.state.account) : text.product;
  });
  return (
    <PageContext.Provider value={page}>
      <Header />
      <main id="main" tabindex="-1" data-phase={page.state.phase === 'ready' && !page.there('overlays') ? 'loading' : page.state.phase} data-exact={settings.exact()}
        data-why={page.state.place.why !== null}>
        <FileStrip />
        <Switch>
          <Match when={page.state.phase === 'loading' || (page.state.phase === 'start' && page.opener.reading())}><Loading /></Match>
          <Match when={page.state.phase === 'start'}><Start /></Match>
          <Match when={page.state.phase === 'empty'}><Empty /></Match>
          <Match when={page.state.phase === 'failed' && page.state.fault}>{(fault) => (
            <Failed fault={fault()} />
          )}</Match>
          <Match when={page.state.phase === 'ready'}>
            <OfflineBanner />
            <MomentStrip />
            <div class="workbench">
              <Sentence />
              <div class="workbench-main">
                <Show when={page.there('plans')}><Plans /></Show>
                <Show when={page.there('picture') && page.plan() !== null}><Picture /></Show>
              </div>
              <Show when={page.there('levers')}><WhatIfPanel /></Show>
              <Show when={page.there('tables')}>
                <div class="workbench-below">
                  <Compare />
                  <Details />
                </div>
              </Show>
            </div>
          </Match>
        </Switch>
      </main>
      <Drop />
      <Show when={page.there('overlays')}><Scrubber /><Why /><Tour /></Show>
    </PageContext.Provider>
  );
}
