// SPDX-License-Identifier: Apache-2.0
// The core's modules as vite hands them over: URLs.
declare module '@core-wasm?url' {
  const url: string;
  export default url;
}
declare module '@forecast-wasm?url' {
  const url: string;
  export default url;
}
// The shipped catalog, as its text.
declare module '@core-catalog?raw' {
  const text: string;
  export default text;
}
interface ImportMeta {
  readonly env: { readonly DEV: boolean; readonly PROD: boolean };
}
