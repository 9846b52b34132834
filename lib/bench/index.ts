/** The stress bench: scenarios for fleets of simulated devices, and what a run of one measured: `lwm2m-tls/bench`. */
export { BenchError, type BenchErrorCode } from './bench-error.js';
export type { BenchProgress, OperationProgress } from './bench-progress.js';
export type {
  BenchResult,
  BenchSeries,
  BenchVersions,
  FailureCount,
  LatencySummary,
  OperationResult,
  OperationSeries,
  ThresholdResult,
} from './bench-result.js';
export { builtInScenarios } from './built-in-scenarios.js';
export { OwnTarget } from './own-target.js';
export { type RunOptions, runScenario } from './run-scenario.js';
export { parseScenario, type Scenario } from './scenario.js';
export { readScenarioFile } from './scenario-file.js';
export type { FlowOptions, LoadOptions, ScenarioOptions } from './scenario-options.js';
export type { Step, StepOptions, StepType } from './step-schema.js';
export type { BenchTarget } from './swarm-options.js';
export { checkThreshold, parseThreshold, type Threshold } from './threshold.js';
