// SPDX-License-Identifier: Apache-2.0
// Starts the page.

import { render } from 'solid-js/web';
import { App } from './app';
import { copy_exactly } from './lib/copy';
import './styles/tokens.css';
import './styles/base.css';
import './styles/page.css';
import './styles/parts.css';

const root = document.getElementById('root')!;
root.replaceChildren();
render(() => <App />, root);
document.addEventListener('copy', copy_exactly);
