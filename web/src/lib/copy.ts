// SPDX-License-Identifier: Apache-2.0
// Copies carry every digit: where the page shows an amount rounded, the clipboard gets the exact one.

/** Replaces what a person copies: the text of each `<data value>` in the selection becomes its value. */
export function copy_exactly(event: ClipboardEvent): void {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !event.clipboardData || in_field(event.target)) return;
  const whole = amount_around(selection);
  const copied = whole ?? exact_text_of(selection);
  if (copied === null) return;
  event.clipboardData.setData('text/plain', copied);
  event.preventDefault();
}

export async function copy_text(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function in_field(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select') !== null;
}

// A selection inside one amount, as a double click makes, means that amount.
function amount_around(selection: Selection): string | null {
  const { commonAncestorContainer: node } = selection.getRangeAt(0);
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest('data[value]')?.getAttribute('value') ?? null;
}

function exact_text_of(selection: Selection): string | null {
  const fragment = selection.getRangeAt(0).cloneContents();
  const amounts = fragment.querySelectorAll('data[value]');
  if (amounts.length === 0) return null;
  for (const amount of amounts) amount.textContent = amount.getAttribute('value');
  // Cells by tabs, rows by line breaks: what a spreadsheet takes.
  for (const cell of fragment.querySelectorAll('th + th, th + td, td + th, td + td')) cell.prepend('\t');
  for (const row of fragment.querySelectorAll('tr + tr, caption + *, thead + tbody, tbody + tfoot, p, dt, li')) {
    row.prepend('\n');
  }
  for (const value of fragment.querySelectorAll('dd')) value.prepend('\t');
  return fragment.textContent;
}
