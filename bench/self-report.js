// Loaded into a measured process: leaves what it used in the file that BENCH_REPORT names.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const report = { peakBytes: peakBytes(), cpuSeconds: (user + system) / 1e6 };
  writeFileSync(process.env.BENCH_REPORT, JSON.stringify(report));
});

function peakBytes() {
  try {
    // What getrusage tells on Linux includes the memory of the process that started this one.
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
