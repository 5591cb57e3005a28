import { workflow } from 'baton-agents/workflow';

/** What a typing error does in workflow code: it reads a field of nothing. */
export const mistyped = workflow('mistyped', async (input: { goods?: { price: number }[] }) => {
  const [first] = input.goods ?? [];
  return (first as { price: number }).price;
});
