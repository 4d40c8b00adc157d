// SPDX-License-Identifier: Apache-2.0
// A worker's end of the protocol: questions are answered in order of arrival, with an answer or a fault.

import { fault_of } from '../core/fault';
import type { Answer, Known, Question } from '../core/protocol';

export type Answers<Of extends Known<Of>> = { [Name in keyof Of]: (ask: Of[Name]['ask']) => Promise<Of[Name]['answer']> };

/** `handed_over`: what of an answer moves to the page without a copy. */
export function answer_with<Of extends Known<Of>>(
  answers: Answers<Of>, handed_over: (name: keyof Of, given: Of[keyof Of]['answer']) => Transferable[] = () => [],
): void {
  const post = (message: Answer<Of>, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });
  self.onmessage = ({ data }: MessageEvent<Question<Of>>) => {
    const { id, name, ask } = data;
    answers[name](ask).then(
      (given) => post({ id, answer: given }, handed_over(name, given)),
      (thrown: unknown) => post({ id, fault: fault_of(thrown) }),
    );
  };
}
