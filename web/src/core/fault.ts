// SPDX-License-Identifier: Apache-2.0
// A fault: the machine failed (network, module, damaged log), told apart from a refusal, which is a rule saying no.

export interface Fault {
  /** The core's or the service's own code, or one of the page's: `unreachable`, `module`, `memory`. */
  code: string;
  message: string;
  /** Where in the log, when the core knows. */
  place?: string;
}

export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = 'FaultError';
    this.fault = fault;
  }
}

/** What to tell a person about anything that was thrown. */
export function fault_of(thrown: unknown): Fault {
  if (thrown instanceof FaultError) return thrown.fault;
  if (thrown instanceof WebAssembly.RuntimeError || thrown instanceof WebAssembly.CompileError) {
    return { code: 'module', message: thrown.message };
  }
  return { code: 'page', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
