import type { KommoRecord } from '../table.ts';
import { linkTo, type RecordBuilder, tableOf, type World } from './world.ts';

const pipelineNames = ['Продажи', 'Sales', 'Pós-venda', '渠道', 'Поддержка 🛟', 'שותפים', 'Archive 2019'];
const stageNames = ['First contact', 'Переговоры', 'Proposta enviada', '合同', 'Принимают решение'];
const wonNames = ['Closed - won', 'Успешно реализовано', 'Ganho', '成交'];
const lostNames = ['Closed - lost', 'Закрыто и не реализовано', 'Perdido', '丢单'];
const colors = ['#fffeb2', '#FFCC66', '#99ccff', '#C1E0FF', '#f2f3f4'];

/** The status ids of a pipeline by its row: the incoming stage, some of its own, and the two that all pipelines share. */
export function pipelineStatuses(row: number): readonly number[] {
  const known = statusIds[row];
  if (known !== undefined) return known;
  const own = 3 + (row % 3);
  const first = 50_000_000 + row * 100;
  const ids = [...Array.from({ length: own + 1 }, (_, index) => first + index), 142, 143];
  statusIds[row] = ids;
  return ids;
}

/** The answers of the function above, which every lead asks for. */
const statusIds: (readonly number[])[] = [];

/** Pipelines with their statuses (kommo-api.md §8). */
export function pipelineBuilder(world: World): RecordBuilder {
  const table = tableOf(world, 'pipelines');
  return {
    record(row) {
      return {
        id: table.ids[row],
        name: pipelineNames[row % pipelineNames.length],
        sort: row + 1,
        is_main: row === 0,
        is_unsorted_on: row % 2 === 0,
        // The third pipeline is archived where there are that many; whether such are listed is a reading.
        is_archive: row > 0 && row % 3 === 2,
        account_id: world.accountId,
      };
    },
    embedded(row) {
      return { statuses: statusRecords(world, row) };
    },
  };
}

/** The statuses of a pipeline as they are served, without `_links`. */
export function statusRecords(world: World, row: number): KommoRecord[] {
  const pipeline = tableOf(world, 'pipelines').ids[row]!;
  const ids = pipelineStatuses(row);
  return ids.map((id, index) => {
    const shared = id === 142 || id === 143;
    const name =
      id === 142
        ? wonNames[row % wonNames.length]
        : id === 143
          ? lostNames[row % lostNames.length]
          : index === 0
            ? 'Incoming leads'
            : stageNames[(index + row) % stageNames.length];
    return {
      id,
      name,
      sort: id === 142 ? 10_000 : id === 143 ? 11_000 : 10 * (index + 1),
      is_editable: !shared && index > 0,
      pipeline_id: pipeline,
      color: id === 142 ? '#CCFF66' : id === 143 ? '#D5D8DB' : colors[index % colors.length],
      // 1 marks the stage of incoming leads (kommo-api.md §8.2).
      type: index === 0 ? 1 : 0,
      account_id: world.accountId,
      _links: linkTo(world, `leads/pipelines/${pipeline}/statuses`, id),
    };
  });
}
