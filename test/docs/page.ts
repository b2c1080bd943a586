import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../cli/program.ts';

/** The pages that people read, relative to the root. */
export const pages = globSync(['*.md', '{bench,docs,examples,interop}/**/*.md'], { cwd: root }).sort();

export const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

/** What stands outside of code fences. */
const proseOf = (page: string) => page.replaceAll(/^```[\s\S]*?^```$/gm, '');

/** What stands in single backticks. */
export const codeSpansOf = (page: string) =>
  [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);

/** What stands in the fences of shell commands. */
export const shellOf = (page: string) =>
  [...page.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```$/gm)].map(([, code]) => code!).join('\n');

/** Where its links lead, those to other sites aside. */
export const linksOf = (page: string) =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^https?:/.test(target));

/** The anchors that GitHub gives to the headings of a page. */
export const anchorsOf = (page: string) =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Where a path of the documentation leads; ARCHITECTURE.md leaves out `src/`. A star stands for any name. */
export const found = (path: string) => globSync([path, `src/${path}`], { cwd: root });
