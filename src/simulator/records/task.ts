import { mix } from '../random.ts';
import { taskTexts } from '../texts.ts';
import { actor, group, type RecordBuilder, referenceTo, tableOf, type World } from './world.ts';

/** One version of a task is one minute of its duration. */
export const DURATION_STEP = 60;

/** Tasks (kommo-api.md §12). */
export function taskBuilder(world: World): RecordBuilder {
  const { seed } = world;
  const table = tableOf(world, 'tasks');
  return {
    record(row) {
      const chance = mix(seed, row, 60);
      const version = table.versions[row]!;
      const subject = subjectOf(world, chance);
      const completed = mix(seed, row, 61 + version * 101) % 2 === 0;
      return {
        id: table.ids[row],
        created_by: actor(world, mix(seed, row, 62)),
        updated_by: actor(world, mix(seed, row, 63 + version * 103)),
        created_at: table.createdAt[row],
        updated_at: table.updatedAt[row],
        responsible_user_id: referenceTo(world, 'users', chance >>> 7) ?? 0,
        group_id: group(chance),
        entity_id: subject.id,
        entity_type: subject.type,
        duration: version * DURATION_STEP,
        is_completed: completed,
        // 1 and 2 are built in, the third is one of the account's own.
        task_type_id: [1, 1, 2, 284_845][chance % 4],
        text: taskTexts[chance % taskTexts.length],
        // `[]` when empty, an object when not: PHP's empty array (observed-data.md §0.1).
        result: completed && chance % 2 === 0 ? { text: ['Готово', 'Done ✔', 'não atende'][chance % 3] } : [],
        complete_till: table.createdAt[row]! + 3600 * (1 + (chance % 700)),
        account_id: world.accountId,
      };
    },
  };
}

/** Some tasks belong to nothing; the type is plural here (kommo-api.md §12). */
function subjectOf(world: World, chance: number): { id: number | null; type: string | null } {
  const kinds = ['leads', 'leads', 'leads', 'contacts', 'companies', null] as const;
  const type = kinds[(chance >>> 3) % kinds.length]!;
  const id = type === null ? null : referenceTo(world, type, chance >>> 5);
  return { id, type: id === null ? null : type };
}
