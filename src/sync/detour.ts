/** Not failures: what a walk finds out about the account that makes it the wrong walk. The engine takes another. */
/** The filter on the cursor is overlooked or refused. */
export class FiltersIgnored extends Error {}

export class OrderIgnored extends Error {}
