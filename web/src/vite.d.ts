// SPDX-License-Identifier: Apache-2.0
// The core's module as vite hands it over: a URL.
declare module '@core-wasm?url' {
  const url: string;
  export default url;
}
