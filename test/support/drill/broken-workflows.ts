// Runs inside the workflow sandbox.

/** As it was deployed by mistake: it throws before it has begun. */
export async function errand(): Promise<never> {
  throw new Error('the errand list is lost');
}
