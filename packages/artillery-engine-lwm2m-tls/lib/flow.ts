import { calledBack, type Helpers, promised, type Script, type StepFunction, type VirtualUser } from './artillery.js';
import { EngineError } from './engine-error.js';
import { type StepContext, stepMakers } from './steps.js';

/** What a flow is compiled with. */
export interface FlowContext {
  readonly script: Script;
  readonly helpers: Helpers;
  /** Of a virtual user that has begun. */
  contextOf(user: VirtualUser): StepContext;
  /** For functions of the user's. */
  readonly events: unknown;
}

/** Of Artillery, besides our own. */
const artillerySteps = ['think', 'loop', 'log', 'function'];

/** Throws an `EngineError` for a step that does not exist or holds what it must not. `where` is for its message. */
export function compileFlow(flow: readonly unknown[], context: FlowContext, where: string): StepFunction[] {
  return flow.map((spec, index) => compileStep(spec, context, `${where}[${index}]`));
}

function compileStep(spec: unknown, context: FlowContext, where: string): StepFunction {
  if (typeof spec === 'string') return ownStep(spec, undefined, context, where);
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) throw unknownStep(String(spec), where);
  const step = spec as Record<string, unknown>;
  const { helpers, script } = context;
  if ('think' in step) {
    const defaults = script.config.defaults?.think as object | undefined;
    return helpers.createThink(step, defaults);
  }
  if ('loop' in step) return loop(step, context, where);
  if ('log' in step) return calledBack(async (user) => console.log(helpers.template(String(step['log']), user)));
  if ('function' in step) return userFunction(String(step['function']), context, where);
  const [name, ...more] = Object.keys(step);
  if (name === undefined || more.length > 0) throw unknownStep(Object.keys(step).join(', '), where);
  return ownStep(name, step[name], context, where);
}

function ownStep(name: string, options: unknown, context: FlowContext, where: string): StepFunction {
  const maker = Object.hasOwn(stepMakers, name) ? stepMakers[name] : undefined;
  if (maker === undefined) throw unknownStep(name, where);
  const place = `${where}.${name}`;
  const varies = /\{\{/.test(JSON.stringify(options ?? null));
  const fixed = varies ? undefined : maker(options, place);
  return calledBack(async (user) => {
    const step = fixed ?? maker(context.helpers.template(options, user), place);
    await step(context.contextOf(user));
  });
}

function loop(spec: Record<string, unknown>, context: FlowContext, where: string): StepFunction {
  const { loop: flow, count = -1, over, whileTrue } = spec;
  if (!Array.isArray(flow)) throw new EngineError('ERR_INVALID_OPTION', `${where}.loop: expected a list of steps`);
  return context.helpers.createLoopWithCount(count as number, compileFlow(flow, context, `${where}.loop`), {
    loopValue: spec['loopValue'] ?? '$loopCount',
    loopElement: spec['loopElement'] ?? '$loopElement',
    overValues: over,
    whileTrue: whileTrue === undefined ? undefined : processorFunction(String(whileTrue), context, where),
  });
}

/** `(user, events, done)`, or one that returns a promise. */
function userFunction(name: string, context: FlowContext, where: string): StepFunction {
  const run = processorFunction(name, context, where);
  return calledBack(async (user) => {
    if (run.length < 3) await run(user, context.events);
    else await promised((it, done) => void run(it, context.events, done), user);
  });
}

function processorFunction(
  name: string,
  { script }: FlowContext,
  where: string,
): (...parameters: unknown[]) => unknown {
  const found = script.config.processor?.[name];
  if (typeof found === 'function') return found as (...parameters: unknown[]) => unknown;
  throw new EngineError('ERR_UNKNOWN_FUNCTION', `${where}: config.processor has no function '${name}'`);
}

function unknownStep(name: string, where: string): EngineError {
  const known = [...Object.keys(stepMakers), ...artillerySteps].join(', ');
  return new EngineError('ERR_UNKNOWN_STEP', `${where}: there is no step '${name}', known are ${known}`);
}
