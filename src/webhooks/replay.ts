import { InvalidInput, type Issue } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';
import { CursorExpired, type Refusal } from '../errors/refusals.ts';
import { cursorOf } from '../events/event.ts';
import { beyondNewest } from '../events/resolvers.ts';
import type { Bounds, Replay } from './store/replay.ts';

/** Returns why a part of the log cannot be delivered again. */
export function refusalOfReplay(replay: Pick<Replay, 'after' | 'until'>, bounds: Bounds): Refusal {
  const issues = issuesOf(replay, bounds);
  if (issues.length > 0) return new InvalidInput(issues);
  return new CursorExpired('after', cursorOf(replay.after), cursorOf(bounds.prunedTo));
}

function issuesOf({ after, until }: Pick<Replay, 'after' | 'until'>, { cursor, head }: Bounds): Issue[] {
  const issues: Issue[] = [];
  if (after > head) issues.push(beyondNewest('after', after, head));
  if (until !== null && until > head) issues.push(beyondNewest('until', until, head));
  if (issues.length > 0) return issues;
  const given = quoted(cursorOf(after));
  if (until !== null && after >= until) {
    issues.push({
      param: 'after',
      message: `must be before \`until\`, ${quoted(cursorOf(until))}: ${given}`,
    });
  } else if (after >= cursor) {
    const message = `must be before the cursor of the webhook endpoint, ${quoted(cursorOf(cursor))}, because later events are delivered anyway: ${given}`;
    issues.push({ param: 'after', message });
  }
  return issues;
}
