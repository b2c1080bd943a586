import { isAlive } from '../marks.ts';
import { localTime } from './expressions.ts';
import type { View } from './view.ts';

export const openTasks: View = {
  name: 'open_tasks',
  summary: 'Tasks that are not done.',
  reads: ['tasks', 'users'],
  columns: {
    task_id: 'task.id',
    text: 'task.text',
    due_at: localTime('task.complete_till'),
    is_overdue: "task.complete_till < CAST(strftime('%s', 'now') AS INTEGER)",
    responsible_user_id: 'task.responsible_user_id',
    responsible_user: 'person.name',
    entity_type: 'task.entity_type',
    entity_id: 'task.entity_id',
    created_at: localTime('task.created_at'),
  },
  from: 'tasks AS task\nLEFT JOIN users AS person ON person.id = task.responsible_user_id',
  where: ['NOT coalesce(task.is_completed, 0)', isAlive('task')],
};
