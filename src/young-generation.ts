import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Larger ones save no time worth having, and pages of text fill them whatever their size. */
const largestBytes = 32 * 1024 * 1024;

/**
 * Keeps the heap's space for new objects from growing to the 128 MB that V8 allows itself (its limit can only be
 * given on node's command line, which a program that others start does not have).
 */
export function limitYoungGeneration(): void {
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if (space === undefined || space.space_size < largestBytes) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}
