import { toBatonError } from '../client/to-baton-error.ts';
import { operatorClient } from './operator-client.ts';

export type Operator = Awaited<ReturnType<typeof operatorClient>>;

/** Connects as an operator for one piece of work. */
export async function withOperator<T>(
  work: (operator: Operator) => Promise<T>,
  options?: Parameters<typeof operatorClient>[0],
): Promise<T> {
  const operator = await operatorClient(options);
  try {
    return await work(operator);
  } catch (error) {
    throw toBatonError(error, operator);
  } finally {
    await operator.close();
  }
}
