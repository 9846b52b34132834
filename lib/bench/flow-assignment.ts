import type { FlowSettings } from './scenario-schema.js';

/** Which flow each of `devices` has: as near to the weights as whole devices allow, and evenly mixed. */
export function assignFlows(flows: readonly FlowSettings[], devices: number): FlowSettings[] {
  const total = flows.reduce((sum, { weight }) => sum + weight, 0);
  const given = flows.map(() => 0);
  return Array.from({ length: devices }, (_, index) => {
    const behind = flows.map(({ weight }, flow) => (weight / total) * (index + 1) - (given[flow] as number));
    const chosen = behind.indexOf(Math.max(...behind));
    given[chosen] = (given[chosen] as number) + 1;
    return flows[chosen] as FlowSettings;
  });
}
