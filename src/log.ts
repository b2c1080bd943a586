/** Levels in rising order of how much they matter. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where the program says what it is doing; a dialect or a terminal decides how it looks. */
export type Log = (level: LogLevel, message: string) => void;

export const silentLog: Log = () => {};
