import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { MetricPoint } from './metrics.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Python's level names, in rising order: what Singer's tools look for. */
const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
type Level = (typeof levels)[number];

const levelOf = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const;

export interface TapLog {
  log: Log;
  metric(point: MetricPoint): void;
  /** The line that says why the tap gives up: the last one, because Meltano shows that to its user. */
  critical(message: string): void;
}

export interface TapLogOptions {
  write(text: string): void;
  environment: Environment;
  /** The text of the Python logging configuration that `SINGER_SDK_LOG_CONFIG` names. */
  loggingConfiguration: string;
  clock: Clock;
  pid: number;
}

/** Log lines of a tap: `LEVEL message`, or the JSON form that Meltano asks for (singer.md §1.4). */
export function createTapLog(options: TapLogOptions): TapLog {
  const { write, environment, loggingConfiguration, clock, pid } = options;
  const threshold = levels.indexOf(askedLevel(environment));
  // Meltano writes this name into the configuration when it wants the structured form.
  const format = loggingConfiguration.includes('StructuredFormatter') ? structured : plain;

  function plain(level: Level, message: string, metric?: MetricPoint): string {
    return `${level} ${message}${metric ? `: ${JSON.stringify(metric)}` : ''}`.replaceAll(/\s*\n\s*/g, ' ');
  }
  function structured(level: Level, message: string, metric?: MetricPoint): string {
    return JSON.stringify({
      level: level.toLowerCase(),
      pid,
      logger_name: metric ? 'tap_kommo.metrics' : 'tap_kommo',
      ts: clock.now() / 1000,
      thread_name: null,
      app_name: 'tap-kommo',
      stream_name: metric?.tags.stream ?? null,
      message,
      extra: {},
      ...(metric && { metric_info: metric }),
    });
  }
  function tell(level: Level, message: string, metric?: MetricPoint): void {
    if (levels.indexOf(level) >= threshold) write(`${format(level, message, metric)}\n`);
  }

  return {
    log: (level, message) => tell(levelOf[level], message),
    // A line for each request would bury all the others.
    metric: (point) => tell(point.metric === 'http_request_duration' ? 'DEBUG' : 'INFO', 'METRIC', point),
    critical: (message) => tell('CRITICAL', message),
  };
}

function askedLevel(environment: Environment): Level {
  const name = (environment.TAP_KOMMO_LOGLEVEL || environment.LOGLEVEL || 'INFO').toUpperCase();
  return levels.find((level) => level.startsWith(name)) ?? 'INFO';
}
