import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/** The values of OTEL_TRACES_SAMPLER. */
export type SamplerName = Root | `parentbased_${Root}`;

type Root = 'always_on' | 'always_off' | 'traceidratio';

const ROOTS: Readonly<Record<Root, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
};

/** Returns the sampler with a name. One that is based on the parent decides only for traces that begin here. */
export function samplerFor(name: SamplerName, ratio: number): Sampler {
  const root = ROOTS[name.replace('parentbased_', '') as Root](ratio); // what is left after the prefix, as its type says
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
