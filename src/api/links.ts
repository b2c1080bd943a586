import type { Log } from '../log.ts';
import { shortLine } from './problem.ts';

/** Looks at links to next pages, which are never followed: pages are counted by ourselves. */
export interface Links {
  see(href: string, origin: string): void;
}

/**
 * Says once that a link leads to another host than the one that was asked. A reverse proxy that leaves bodies alone
 * looks like that, and so does an answer of somebody else.
 */
export function watchLinks(log: Log): Links {
  let isSaid = false;
  return {
    see(href, origin) {
      if (isSaid) return;
      const { host } = new URL(origin);
      const linked = URL.parse(href, origin)?.host;
      if (linked === host) return;
      isSaid = true;
      log(
        'warn',
        `Answers of ${host} link to another host (${shortLine(linked ?? 'unreadable')}); nothing is sent there. With an api_url of a proxy this is to be expected.`,
      );
    },
  };
}
