const begun = Date.now();

/** What is done next, with the seconds since the start. */
export function say(text: string): void {
  const seconds = String(Math.round((Date.now() - begun) / 1000)).padStart(4);
  process.stdout.write(`${seconds} s  ${text}\n`);
}

/** A part begins. */
export function announce(title: string): void {
  process.stdout.write(`\n── ${title} ${'─'.repeat(Math.max(3, 90 - title.length))}\n`);
}
