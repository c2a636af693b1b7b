import type { Command } from 'commander';

/** Adds `deliver`. */
export function addDeliver(program: Command, environment: NodeJS.ProcessEnv): void {
  program
    .command('deliver')
    .summary('deliver webhooks')
    .description(
      'Delivers webhooks until SIGTERM or Ctrl-C, and serves no API. Needs DATABASE_URL, and the same environment as serve, which also delivers unless DELIVERIES=off. Any number of processes share the work. Migrates the database first. With ADMIN_PORT, it serves metrics and health.',
    )
    .action(async () => {
      const { deliverWebhooks } = await import('./deliver-webhooks.ts');
      await deliverWebhooks(environment);
    });
}
