import { z } from 'zod';

/** What every Kubernetes object has. */
const Manifest = z.looseObject({ apiVersion: z.string(), kind: z.string() });
export type Manifest = z.output<typeof Manifest>;

/** A compiled schema of kubernetes-models. It reads each field that it knows, and lists what is wrong in `errors`. */
const Schema = z.object({
  validate: z.custom<((data: unknown) => boolean) & { errors?: unknown }>(
    (value) => typeof value === 'function',
  ),
});

/** Returns what is wrong with a Kubernetes object: values that its schema refuses, and fields that it does not know. */
export async function wrongIn(document: unknown): Promise<unknown[]> {
  const manifest = Manifest.parse(document);
  const { validate } = Schema.parse(await import(`kubernetes-models/_schemas/${schemaOf(manifest)}`));
  const read = new Map<object, Set<PropertyKey>>();
  const isValid = validate(watched(manifest, read));
  return [...(isValid ? [] : [validate.errors]), ...unreadIn(manifest, read, manifest.kind)];
}

/** Such as `IoK8sApiAppsV1Deployment` for `apps/v1` and `Deployment`. */
function schemaOf({ apiVersion, kind }: Manifest): string {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  return `IoK8sApi${capital(group.replace(/\..*/, ''))}${capital(version)}${kind}`;
}

/** Returns the same object, and notes which properties of it, and of the objects in it, are read. */
function watched<Value>(value: Value, read: Map<object, Set<PropertyKey>>): Value {
  if (typeof value !== 'object' || value === null) return value;
  const names = new Set<PropertyKey>();
  read.set(value, names);
  return new Proxy(value, {
    get(target, name, receiver) {
      names.add(name);
      return watched(Reflect.get(target, name, receiver), read);
    },
  });
}

/** Returns the places of the properties that were not read. */
function unreadIn(value: unknown, read: Map<object, Set<PropertyKey>>, place: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const isKnown = Array.isArray(value) || read.get(value)?.has(name);
    return isKnown ? unreadIn(each, read, `${place}.${name}`) : [`${place}.${name} is unknown`];
  });
}
