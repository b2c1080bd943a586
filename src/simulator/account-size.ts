/** How much there is in an account. */
export interface AccountSize {
  leads: number;
  contacts: number;
  companies: number;
  tasks: number;
  events: number;
  users: number;
  pipelines: number;
  catalogs: number;
  /** The other lists by name, where they shall not follow from these. */
  rows: Readonly<Record<string, number>>;
  years: number;
  customFieldsPerLead: number | undefined;
}
