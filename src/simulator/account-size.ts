/** How much there is in an account. */
export interface AccountSize {
  leads: number;
  contacts: number;
  companies: number;
  tasks: number;
  events: number;
  users: number;
  pipelines: number;
  years: number;
  customFieldsPerLead: number | undefined;
}
