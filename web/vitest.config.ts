// SPDX-License-Identifier: Apache-2.0
// Unit tests of the pure parts: no browser, no core.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'node' },
});
