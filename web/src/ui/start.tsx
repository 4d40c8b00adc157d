// SPDX-License-Identifier: Apache-2.0
// The first thing a stranger sees: the demo, a file, or a service. No manual.

import { createSignal, createUniqueId, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { service_base } from '../lib/hash';
import { access } from '../state/access';
import { demo_now } from '../state/sources';
import { text } from '../text';
import { use_page } from './context';
import { Mapper } from './mapper';
import { Icon } from './parts';

const words = text.start;

export function Start(): JSX.Element {
  const page = use_page();
  let chooser!: HTMLInputElement;
  const was_file = (): boolean => ['log', 'usage'].includes(page.state.place.source ?? '') && page.state.opening.from === 'service';
  const open_demo = (tour: number | null): void => {
    page.put_tour(tour);
    void page.open_source({ from: 'demo', now: demo_now() });
  };
  return (
    <div class="start" data-testid="start">
      <h1 class="start-heading">{words.heading}</h1>
      <p class="start-lead">{words.lead}</p>
      <Show when={was_file()}><p class="note"><Icon name="clock" />{words.again}</p></Show>
      <ul class="start-ways">
        <li class="card start-way">
          <h2><Icon name="play" />{words.demo_heading}</h2>
          <p>{words.demo}</p>
          <div class="start-file">
            <button type="button" class="button primary" data-testid="start-demo" onClick={() => open_demo(null)}>{words.demo_button}</button>
            <button type="button" class="button" data-testid="start-tour" onClick={() => open_demo(0)}>{text.tour.start}</button>
          </div>
        </li>
        <li class="card start-way">
          <h2><Icon name="folder" />{words.file_heading}</h2>
          <p>{words.file}</p>
          <div class="start-file">
            <button type="button" class="button" onClick={() => chooser.click()}>{words.file_button}</button>
            <span class="quiet">{words.file_drop}</span>
          </div>
          <input ref={chooser} type="file" class="sr-only" tabindex="-1" aria-label={words.file_button} data-testid="start-file"
            accept=".cflog,.jsonl,.ndjson,.json,.csv,.tsv,.txt" onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              event.currentTarget.value = '';
              if (file) void page.opener.take(file);
            }} />
        </li>
        <li class="card start-way">
          <h2><Icon name="link" />{words.service_heading}</h2>
          <p>{words.service}</p>
          <ServiceForm />
        </li>
      </ul>
      <Show when={page.state.account !== null}>
        <p><button type="button" class="button" onClick={() => void page.retry()}><Icon name="back" />{words.back}</button></p>
      </Show>
      <p class="quiet start-foot">{words.offline}</p>
    </div>
  );
}

function ServiceForm(): JSX.Element {
  const page = use_page();
  const url_id = createUniqueId();
  const token_id = createUniqueId();
  const [wrong, put_wrong] = createSignal<string | null>(null);
  let url!: HTMLInputElement;
  let token!: HTMLInputElement;
  const connect = (): void => {
    const base = service_base(url.value.trim());
    const here = base !== null && /^https:|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(base);
    put_wrong(base === null ? words.service_bad(url.value) : here || base.startsWith(location.origin) ? null : words.service_insecure);
    if (base === null || wrong() !== null) return;
    const key = token.value.trim() || null;
    access.use(base, key);
    void page.open_source({ from: 'service', base, token: key });
  };
  return (
    <form class="start-service" novalidate onSubmit={(event) => {
      event.preventDefault();
      connect();
    }}>
      <label for={url_id}>{words.service_url}</label>
      <input ref={url} id={url_id} type="url" inputmode="url" required placeholder={words.service_placeholder}
        autocomplete="url" spellcheck={false} data-testid="service-url" aria-invalid={wrong() !== null} />
      <label for={token_id}>{words.service_token}</label>
      <input ref={token} id={token_id} type="password" autocomplete="off" spellcheck={false} data-testid="service-token"
        aria-describedby={`${token_id}-help`} />
      <span id={`${token_id}-help`} class="quiet start-help">{words.service_token_help}</span>
      <button type="submit" class="button" data-testid="service-connect">{words.service_button}</button>
      <p class="bad start-help" role="alert">{wrong()}</p>
    </form>
  );
}

/** Takes files dropped anywhere, and shows the mapper while a table waits for it. */
export function Drop(): JSX.Element {
  const page = use_page();
  const [over, put_over] = createSignal(false);
  const has_file = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
  const enter = (event: DragEvent): void => {
    if (!has_file(event)) return;
    event.preventDefault();
    put_over(true);
  };
  const leave = (event: DragEvent): void => {
    if (event.relatedTarget === null) put_over(false);
  };
  const drop = (event: DragEvent): void => {
    put_over(false);
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    void page.opener.take(file);
    if (page.state.phase === 'failed') page.start();
  };
  onMount(() => {
    addEventListener('dragenter', enter);
    addEventListener('dragover', enter);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
  });
  onCleanup(() => {
    removeEventListener('dragenter', enter);
    removeEventListener('dragover', enter);
    removeEventListener('dragleave', leave);
    removeEventListener('drop', drop);
  });
  return (
    <>
      <Show when={over()}><div class="drop-over" aria-hidden="true"><p>{words.drop}</p></div></Show>
      <Show when={page.opener.table()}>{(file) => <Mapper file={file()} />}</Show>
    </>
  );
}
