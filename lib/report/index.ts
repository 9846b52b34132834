export type {
  Circumstance,
  ComparedRun,
  CompareOptions,
  Comparison,
  Difference,
  OperationDifference,
  Verdict,
} from './compare.js';
export { compareResults } from './compare.js';
export { renderComparisonHtml } from './comparison-section.js';
export type { CsvOptions } from './csv.js';
export { renderCsv } from './csv.js';
export { parseBenchResult } from './parse-result.js';
export { renderComparison } from './render-comparison.js';
export type { HtmlOptions } from './render-html.js';
export { renderHtml } from './render-html.js';
export { writeReport } from './write-report.js';
