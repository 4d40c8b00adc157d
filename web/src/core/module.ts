// SPDX-License-Identifier: Apache-2.0
// A module of the core: compiled, started, and asked with bytes that are lent to it for a call. Nothing else in the page sees a
// pointer. Every answer is copied out of the module's memory before the next call may move it.

import { FaultError, type Fault } from './fault';
import { parse_exact } from './json';

// The ABI this file was written for. A module that answers another number is refused instead of misread.
const abi_version = 3;

export type Handle = number;

/** What every module exports. */
export interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  cf_abi_version(): number;
  cf_alloc(bytes: number): number;
  cf_free(pointer: number): void;
  cf_result_ptr(): number;
  cf_result_len(): number;
  cf_open(catalog: number, catalog_bytes: number): Handle;
  cf_close(handle: Handle): void;
}

/** Compiles a module from a response that may still be arriving, and starts it. */
export async function start_module<Known extends Exports>(response: Promise<Response>): Promise<Known> {
  const exports = instantiate<Known>(await compile(await response));
  exports._initialize();
  const found = exports.cf_abi_version();
  if (found !== abi_version) {
    throw new FaultError({ code: 'module', message: `module speaks ABI ${found}, the page ABI ${abi_version}` });
  }
  return exports;
}

async function compile(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new FaultError({ code: 'module', message: `${response.url}: HTTP ${response.status}` });
  // Streaming needs the right media type; a plain file server may not send it.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

function instantiate<Known extends Exports>(module: WebAssembly.Module): Known {
  let exports: Known | undefined;
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') throw new FaultError({ code: 'module', message: `unexpected import ${from}.${name}` });
    (imports[from] ??= {})[name] = (...given: number[]) => host_call(name, given, exports?.memory);
  }
  exports = new WebAssembly.Instance(module, imports).exports as unknown as Known;
  return exports;
}

// WASI's "bad file descriptor": the module has no files, and a write that claims success without saying how much
// it wrote would be tried for ever.
const wasi_bad_file = 8;

function host_call(name: string, given: number[], memory: WebAssembly.Memory | undefined): number {
  if (name === 'proc_exit') throw new FaultError({ code: 'module', message: `module ended with status ${given[0]}` });
  if (name.startsWith('fd_')) return wasi_bad_file;
  if (name === 'environ_sizes_get' && memory) {
    const view = new DataView(memory.buffer);
    for (const pointer of given) view.setUint32(pointer, 0, true);
  }
  return 0;
}

/** Gives bytes to the core for a call, and takes its answers. */
export interface Talk {
  lend<T>(bytes: Uint8Array, call: (pointer: number, length: number) => T): T;
  /** The same for what takes more than one call. */
  lend_while<T>(bytes: Uint8Array, calls: (pointer: number, length: number) => Promise<T>): Promise<T>;
  lend_text<T>(value: string, call: (pointer: number, length: number) => T): T;
  /** Throws what the core says of a call that failed. */
  ask(status: number): void;
  result_bytes(): Uint8Array<ArrayBuffer>;
  result_text(): string;
  result_json<T>(): T;
  /** An empty ledger under a catalog as JSON; without one: the shipped catalog. */
  open(catalog: Uint8Array | undefined): Handle;
}

export function talk_to(core: Exports): Talk {
  const text = new TextDecoder();
  const utf8 = new TextEncoder();

  // `slice` copies: the view itself dies when the module's memory grows.
  const result_bytes = (): Uint8Array<ArrayBuffer> =>
    new Uint8Array(core.memory.buffer as ArrayBuffer, core.cf_result_ptr() >>> 0, core.cf_result_len()).slice();
  const result_text = (): string => text.decode(result_bytes());
  const result_json = <T>(): T => parse_exact(result_text()) as T;
  const fault = (): FaultError => {
    try {
      return new FaultError(result_json<{ error: Fault }>().error);
    } catch {
      return new FaultError({ code: 'module', message: 'the core failed without saying why' });
    }
  };
  const put = (bytes: Uint8Array): number => {
    // A pointer is 32 bits without a sign, a number from the module has one.
    const pointer = core.cf_alloc(bytes.length) >>> 0;
    if (pointer === 0) throw new FaultError({ code: 'memory', message: 'the core is out of memory' });
    new Uint8Array(core.memory.buffer, pointer, bytes.length).set(bytes);
    return pointer;
  };
  const lend = <T>(bytes: Uint8Array, call: (pointer: number, length: number) => T): T => {
    const pointer = put(bytes);
    try {
      return call(pointer, bytes.length);
    } finally {
      core.cf_free(pointer);
    }
  };
  return {
    lend,
    async lend_while(bytes, calls) {
      const pointer = put(bytes);
      try {
        return await calls(pointer, bytes.length);
      } finally {
        core.cf_free(pointer);
      }
    },
    lend_text: (value, call) => lend(utf8.encode(value), call),
    ask(status) {
      if (status !== 0) throw fault();
    },
    result_bytes,
    result_text,
    result_json,
    open(catalog) {
      const handle = catalog === undefined ? core.cf_open(0, 0) : lend(catalog, (pointer, length) => core.cf_open(pointer, length));
      if (handle <= 0) throw fault();
      return handle;
    },
  };
}
