/** A custom field as the account has it now. */
export interface Field {
  entity_type: string;
  id: number;
  name: string | null;
  type: string | null;
}

/** The table that says which custom fields there are. */
export const fieldsTable = 'custom_fields';
