import { openForReading } from '../../../src/sink/sqlite/database.ts';

const database = openForReading(process.argv[2]!);
database.exec('BEGIN; CREATE TEMP TABLE seen (id)');
process.stdout.write(`${database.prepare('SELECT count(*) FROM leads').pluck().get()}`);
