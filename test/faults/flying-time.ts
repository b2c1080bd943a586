// Loaded into a program before it starts (node --import): time passes there so many times faster. What takes the
// program half a minute of patience takes the test a second, and the program runs as it is delivered.
const speed = Number(process.env.TIME_FLIES);
const { setTimeout: wait, Date: RealDate } = globalThis;
const now = RealDate.now;
const begun = now();

globalThis.setTimeout = Object.assign(
  (callback: () => void, milliseconds = 0, ...rest: []) => wait(callback, milliseconds / speed, ...rest),
  wait,
) as typeof setTimeout;
Date.now = () => begun + (now() - begun) * speed;
