/** A file of the repository that follows from other files; its test checks that it is current. */
export interface GeneratedFile {
  /** Relative to the root of the repository. */
  path: string;
  text: string;
}
