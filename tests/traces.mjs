// SPDX-License-Identifier: Apache-2.0
// Usage traces of the form of the public Azure LLM inference traces (TIMESTAMP with seven fraction digits, context and
// generated tokens), for tests where the real ones are not at hand. Made from a seed: the same bytes every time.

function* numbers(seed) {
  let state = seed >>> 0;
  for (;;) {  // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

function trace(seed, rows, context_max, generated_max) {
  const draw = numbers(seed);
  const below = (limit) => draw.next().value % limit;
  let ticks = 0;  // 100 ns since 2023-11-16T18:15:46Z
  const lines = ['TIMESTAMP,ContextTokens,GeneratedTokens'];
  for (let i = 0; i < rows; i += 1) {
    ticks += below(36_000_000);
    const moment = new Date(Date.UTC(2023, 10, 16, 18, 15, 46) + Math.floor(ticks / 10_000));
    const fraction = String(ticks % 10_000_000).padStart(7, '0');
    const text = moment.toISOString().replace('T', ' ').slice(0, 19);
    lines.push(`${text}.${fraction},${1 + below(context_max)},${1 + below(generated_max)}`);
  }
  return lines.join('\r\n') + '\r\n';
}

export const conversation_trace = (rows = 2_000) => trace(0x9e3779b9, rows, 2_600, 420);
export const code_trace = (rows = 1_000) => trace(0x7f4a7c15, rows, 7_500, 60);
