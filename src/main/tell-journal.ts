import { readWorkflowInput } from '../adapters/command-line.js';
import { readTextFile, realWorld, type World } from '../adapters/environment.js';
import { readMarkdownLinks } from '../adapters/github-event.js';
import { JOURNAL_FILE, type JournalHead } from '../upgrade/journal/journal.js';

/** What the step after the job says where a run ended before its work was done. Never throws. */
export function tellJournal(world: World = realWorld()): void {
  const head = readHead(world);
  if (head === null || head.status === 'done') return;
  const { runUrl } = readMarkdownLinks(world.variables, null);
  // A machine that is used again may have the file of an earlier job
  if (head.run !== runUrl) return;
  const where = head.stage === '' ? 'before its first step' : `in ${head.stage}: ${head.step}`;
  const why = head.reason === '' ? '' : ` ${head.reason}`;
  const text = `The ${head.mode} ended ${where}.${why} ${head.wayOut}`;
  const title = escapeProperty(`Calico ${head.mode} is not done`);
  world.stdout.write(`::error title=${title}::${escapeCommand(text)}\n`);
}

function readHead(world: World): JournalHead | null {
  const directory = readWorkflowInput(world.variables)('report-dir').trim() || 'calico-report';
  const text = readTextFile(world.workspace, `${directory}/${JOURNAL_FILE}`);
  try {
    return text === null ? null : (JSON.parse(text) as JournalHead);
  } catch {
    return null;
  }
}

/** As the runner reads a workflow command. */
function escapeCommand(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeCommand(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
