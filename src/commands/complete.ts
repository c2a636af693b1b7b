import type { Command } from 'commander';

const NAME = 'complete';
const SUMMARY = 'print a completion script for a shell';
const DESCRIPTION =
  'Prints a script that completes commands and options. The script calls segments, which must be in PATH. In bash, it needs the package bash-completion.';
const AFTER = `
  bash  add to ~/.bashrc:  source <(segments complete bash)
  zsh   add to ~/.zshrc:   source <(segments complete zsh)
  fish  run once:          segments complete fish > ~/.config/fish/completions/segments.fish`;

/**
 * Adds `complete`. Its library is loaded only if it is called. The library reads the other commands, so this is the last to be
 * added.
 */
export async function addComplete(program: Command, args: readonly string[]): Promise<void> {
  const [name, next = '--help'] = args;
  if (name !== NAME || next === '--help' || next === '-h') {
    program
      .command(NAME)
      .summary(SUMMARY)
      .description(DESCRIPTION)
      .argument('<shell>', 'bash, zsh, fish or powershell')
      .addHelpText('after', AFTER);
    return;
  }
  const { default: complete } = await import('@bomb.sh/tab/commander');
  shorten(program);
  complete(program);
}

/** Shells show the description of each command beside it, so it must be short. */
function shorten(command: Command): void {
  command.description(command.summary() || command.description());
  for (const each of command.commands) shorten(each);
}
