import { WrongConfig } from '../wrong-config.ts';
import { messageOf, tell } from './output.ts';
import { WrongUsage } from './wrong-usage.ts';

/** Runs a command. Returns the exit code: 0 for success, 1 for a failure, 2 for a wrong command line or environment. */
export async function segments(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    if (args.length === 1 && args[0] === 'serve') return await serve(environment);
    return await parse(args.length === 0 ? ['--help'] : args, environment);
  } catch (error) {
    if (error instanceof WrongConfig) return fail(error.message, 2);
    if (error instanceof WrongUsage) return fail(`${error.message}\nSee segments ${args[0]} --help.`, 2);
    return fail(messageOf(error), 1);
  }
}

/** The usual start does without the parser of the command line, because that takes longer to load than the configuration. */
async function serve(environment: NodeJS.ProcessEnv): Promise<number> {
  const { serveGateway } = await import('./serve-gateway.ts');
  await serveGateway(environment);
  return 0;
}

async function parse(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [{ CommanderError }, { programFor }] = await Promise.all([
    import('commander'),
    import('./program.ts'),
  ]);
  try {
    const program = await programFor(args, environment);
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2; // it has printed its message, or the help that was asked for
  }
}

function fail(message: string, code: number): number {
  tell(message);
  return code;
}
