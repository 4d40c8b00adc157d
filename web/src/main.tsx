// SPDX-License-Identifier: Apache-2.0
// Starts the page.

import { render } from 'solid-js/web';
import { App } from './app';
import { copy_exactly } from './lib/copy';
import './styles/tokens.css';
import './styles/base.css';
import './styles/page.css';
import './styles/start.css';
import './styles/plans.css';
import './styles/parts.css';
import './styles/picture.css';
import './styles/panel.css';
import './styles/answers.css';
import './styles/details.css';
import './styles/keys.css';
import './styles/what_if.css';
import './styles/consents.css';
import './styles/residency.css';
import './styles/badge.css';
import './styles/why.css';
import './styles/tour.css';
import './styles/print.css';

const root = document.getElementById('root')!;
root.replaceChildren();
render(() => <App />, root);
document.addEventListener('copy', copy_exactly);
// Only what was built is kept for offline; and only a page over HTTPS or from this machine may have a service worker.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  addEventListener('load', () => void navigator.serviceWorker.register('./sw.js').catch(() => {}));
}
