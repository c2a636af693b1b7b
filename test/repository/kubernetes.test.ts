import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { describeVariables } from '../../src/config/describe.ts';
import { MAX_STOP_MS } from '../../src/stop-signal.ts';
import { wrongIn } from './kubernetes-schema.ts';

const FOLDER = 'examples/kubernetes';
const KUSTOMIZATIONS = globSync(`${FOLDER}/**/kustomization.yaml`);
const MANIFESTS = globSync(`${FOLDER}/**/*.yaml`).filter((file) => !KUSTOMIZATIONS.includes(file));

const read = (file: string) => parse(readFileSync(file, 'utf8'));
const deployment = read(join(FOLDER, 'deployment.yaml'));
const job = read(join(FOLDER, 'migrate', 'job.yaml'));

describe('the manifests in examples/kubernetes', () => {
  it.each(MANIFESTS)('have only fields and values that Kubernetes knows: %s', async (file) => {
    expect(await wrongIn(read(file))).toEqual([]);
  });

  it.each(MANIFESTS)('are used: %s', (file) => {
    expect(read(join(dirname(file), 'kustomization.yaml')).resources).toContain(basename(file));
  });

  it('run the version in package.json', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    for (const file of KUSTOMIZATIONS)
      expect(read(file).images).toEqual([expect.objectContaining({ newTag: version })]);
  });

  it('set only variables that the gateway has', () => {
    const { literals } = read(join(FOLDER, 'kustomization.yaml')).configMapGenerator[0];
    const names = describeVariables().flatMap(({ variables }) => variables.map(({ name }) => name));
    expect(names).toEqual(expect.arrayContaining(literals.map((line: string) => line.split('=')[0])));
  });

  it('name the port of the metrics', () => {
    const { literals } = read(join(FOLDER, 'kustomization.yaml')).configMapGenerator[0];
    const [{ ports }] = deployment.spec.template.spec.containers;
    const admin = ports.find(({ name }: { name: string }) => name === 'admin');
    expect(literals).toContain(`ADMIN_PORT=${admin.containerPort}`);
  });

  it.each([deployment, job])('let a container change nothing and gain nothing: $kind', ({ spec }) => {
    expect(spec.template.spec.securityContext).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.template.spec.containers).toEqual([
      expect.objectContaining({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      }),
    ]);
  });

  it('do not kill a gateway that is still stopping', () => {
    const { terminationGracePeriodSeconds, containers } = deployment.spec.template.spec;
    const [, pause] = containers[0].lifecycle.preStop.exec.command;
    expect(terminationGracePeriodSeconds).toBeGreaterThan(Number(pause) + MAX_STOP_MS / 1_000);
  });
});

describe.skipIf(!isInstalled('kubectl'))('kustomize', () => {
  it.each(KUSTOMIZATIONS)('builds valid objects from %s', async (file) => {
    const built = execFileSync('kubectl', ['kustomize', dirname(file)], { encoding: 'utf8' });
    const objects = parseAllDocuments(built).map((document) => document.toJS());
    expect(objects.length).toBeGreaterThanOrEqual(read(file).resources.length);
    for (const object of objects) expect(await wrongIn(object)).toEqual([]);
  });
});

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The places of all objects in a value whose fields a schema names, as their paths. Maps of any names are left out. */
function objectsIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null || MAPS.has(path.at(-1) ?? '')) return [];
  const inside = Object.entries(value).flatMap(([name, each]) => objectsIn(each, [...path, name]));
  return Array.isArray(value) ? inside : [path, ...inside];
}
const MAPS = new Set(['labels', 'matchLabels', 'selector', 'requests', 'limits']);

describe('the check of a manifest', () => {
  it.each(MANIFESTS)('finds an unknown field in any object of %s', async (file) => {
    for (const path of objectsIn(read(file))) {
      const manifest = read(file);
      path.reduce((object, name) => object[name], manifest).mispelt = true;
      expect(await wrongIn(manifest)).toEqual([[manifest.kind, ...path, 'mispelt is unknown'].join('.')]);
    }
  });

  it('finds a value of the wrong type', async () => {
    const wrong = { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: '80' }] } };
    expect(JSON.stringify(await wrongIn(wrong))).toContain('/spec/ports/0/port');
  });
});
