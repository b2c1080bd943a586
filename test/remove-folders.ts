/** Vitest runs this before each test file, in a worker of its own or in one that has run others. */
import { afterAll } from 'vitest';
import { removeFolders } from './new-folder.ts';

afterAll(removeFolders);
