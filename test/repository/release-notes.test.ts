import { describe, expect, it } from 'vitest';
import { releaseNotes } from '../../.ci/release-notes.ts';

const CHANGELOG = `# Changelog

## Unreleased

## 1.10.0 (2026-12-02)

### Added
- Ten.

## [1.1.0] - 2026-12-01

### Fixed
- One.
`;

describe('the release notes of a version', () => {
  it.each([
    ['1.10.0', '### Added\n- Ten.'],
    ['1.1.0', '### Fixed\n- One.'],
  ])('are its section of the changelog: %s', (version, notes) => {
    expect(releaseNotes(CHANGELOG, version)).toBe(notes);
  });

  it.each(['1.1', '1.0.0', 'Unreleased'])('are null if the changelog has no such section: %s', (version) => {
    expect(releaseNotes(CHANGELOG, version)).toBeNull();
  });
});
