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

describe('the notes of a release', () => {
  it.each([
    ['1.10.0', '### Added\n- Ten.'],
    ['1.1.0', '### Fixed\n- One.'],
  ])('are the section of its version: %s', (version, notes) => {
    expect(releaseNotes(CHANGELOG, version)).toBe(notes);
  });

  it.each(['1.1', '1.0.0', 'Unreleased'])('are missing if nothing is said of it: %s', (version) => {
    expect(releaseNotes(CHANGELOG, version)).toBeNull();
  });
});
