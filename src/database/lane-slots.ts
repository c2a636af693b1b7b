/** Divides the connections among the lanes. Of ten, five are small, three large and two for scans. */
export function slotsOf(poolSize: number) {
  const large = Math.max(1, Math.floor(poolSize * 0.3));
  const scan = Math.max(1, Math.floor(poolSize * 0.2));
  return { large, scan, small: Math.max(1, poolSize - large - scan) };
}

/** Slots that one account may use. The last one is left to the others. */
export const allButOne = (slots: number) => Math.max(1, slots - 1);
