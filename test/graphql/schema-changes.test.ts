import { describe, expect, it } from 'vitest';
import { breakingChanges } from '../../.ci/schema-changes.ts';
import { printedSchema } from '../../src/graphql/schema.ts';

const CHANGELOG =
  '# Changelog\n\n## Unreleased\n\n- Something new.\n\n## 1.0.0\n\n- Breaking: `Segment.criteria` is gone.\n';
const without = printedSchema.replace(
  /(type Segment [\s\S]*?)\n {2}"""[^"]*"""\n {2}criteria: String!/,
  '$1',
);
const pathsOf = async (after: string, changelog = CHANGELOG) =>
  (await breakingChanges(printedSchema, after, changelog)).map(({ path }) => path);

describe('a schema change', () => {
  it('passes if it breaks nothing', async () => {
    expect(await pathsOf(printedSchema)).toEqual([]);
    const more = printedSchema.replace(
      'type SegmentEdge {',
      'type SegmentEdge {\n  """More."""\n  more: Int',
    );
    expect(more).not.toBe(printedSchema);
    expect(await pathsOf(more)).toEqual([]);
  });

  it('is reported if it breaks clients', async () => {
    expect(without).not.toBe(printedSchema);
    expect(await pathsOf(without)).toEqual(['Segment.criteria']);
  });

  it('passes if the changelog announces it under Unreleased', async () => {
    const announced = CHANGELOG.replace('- Something new.', '- **Breaking**: `Segment.criteria` is gone.');
    expect(await pathsOf(without, announced)).toEqual([]);
  });
});
