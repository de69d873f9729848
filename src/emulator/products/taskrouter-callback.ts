// Here: the assignment callback: a workflow's URL is asked what a worker who was reserved shall do.
// Not here: what becomes of the answer (taskrouter-routing.ts).
import { accountBySid } from '../accounts.ts';
import type { World } from '../state.ts';
import { parseJson } from '../wire.ts';
import {
  isObject,
  type Reservation,
  type Task,
  type Workspace,
  workers,
  workflows,
} from './taskrouter-rows.ts';

type Answer = (status: 'accepted' | 'rejected', activitySid?: string) => void;

/**
 * Signed like every callback; the answer is an instruction as JSON (docs/taskrouter/handle-assignment-callbacks). Accept and
 * reject are carried out; instructions that place calls are not emulated and leave the reservation pending.
 */
export function askCallback(
  world: World,
  workspace: Workspace,
  task: Task,
  reservation: Reservation,
  answer: Answer,
): void {
  const workflow = workflows(world).get(task.accountSid, task.workflowSid);
  const worker = workers(world).get(task.accountSid, reservation.workerSid);
  if (workflow === undefined || worker === undefined || workflow.callbackUrl === '') return;
  const sent = world.callbacks.send({
    kind: 'taskrouter-assignment',
    accountSid: task.accountSid,
    authToken: accountBySid(world, task.accountSid)?.authToken ?? '',
    url: workflow.callbackUrl,
    params: {
      AccountSid: task.accountSid,
      WorkspaceSid: workspace.sid,
      WorkflowSid: workflow.sid,
      ReservationSid: reservation.sid,
      TaskQueueSid: task.queueSid ?? '',
      TaskSid: task.sid,
      TaskAttributes: task.attributes,
      TaskAge: String(Math.floor((world.clock.now() - task.createdAt) / 1000)),
      TaskPriority: String(task.priority),
      WorkerSid: worker.sid,
      WorkerName: worker.friendlyName,
      WorkerAttributes: worker.attributes,
    },
  });
  const heed = async (): Promise<void> => {
    const instruction = parseJson((await sent).answer?.body ?? '');
    if (!isObject(instruction)) return;
    const activity = instruction['activity_sid'];
    if (instruction['instruction'] === 'accept') answer('accepted');
    if (instruction['instruction'] === 'reject')
      answer('rejected', typeof activity === 'string' ? activity : undefined);
  };
  world.clock.track(heed());
}
