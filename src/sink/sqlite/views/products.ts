import { isAlive } from '../marks.ts';
import { localTime, numberOf, valuesOfCode } from './expressions.ts';
import type { View } from './view.ts';

const field = (code: string) => valuesOfCode('product', code);

/** The fields that every list of products has (kommo-api.md §18.2). */
export const products: View = {
  name: 'products',
  summary: 'Elements of the list of products, with the fields that every product has.',
  reads: ['catalog_elements', 'catalogs'],
  columns: {
    product_id: 'product.id',
    catalog_id: 'product.catalog_id',
    name: 'product.name',
    sku: field('SKU'),
    description: field('DESCRIPTION'),
    price: numberOf(field('PRICE')),
    product_group: field('GROUP'),
    external_id: field('EXTERNAL_ID'),
    created_at: localTime('product.created_at'),
    updated_at: localTime('product.updated_at'),
  },
  from: "catalog_elements AS product\nJOIN catalogs AS catalog ON catalog.id = product.catalog_id AND catalog.type = 'products'",
  where: ['NOT coalesce(product.is_deleted, 0)', isAlive('product')],
};
