import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Larger ones save no time worth having, and pages of text fill them whatever their size. */
const largestYoungBytes = 16 * 1024 * 1024;

/**
 * How much more than what is alive the old objects may take before they are collected. What is alive is some 20 MB
 * however long a run is; left to itself V8 lets the rest grow to three times that in a million records.
 */
const growingPercent = 80;

/**
 * Keeps the heap small for a long run of short-lived pages: its space for new objects would grow to the 128 MB that
 * V8 allows itself. Limits can only be given on node's command line, which a program that others start does not have.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if (space === undefined || space.space_size < largestYoungBytes) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}
