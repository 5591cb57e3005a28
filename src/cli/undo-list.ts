/** Things to undo, in reverse order of their making; one that fails does not keep the others from being undone. */
export function undoList() {
  const undos: (() => void | Promise<void>)[] = [];
  return {
    push: (undo: () => void | Promise<void>) => void undos.push(undo),
    async run() {
      const errors: unknown[] = [];
      for (const undo of undos.splice(0).reverse()) {
        await Promise.resolve()
          .then(undo)
          .catch((error: unknown) => errors.push(error));
      }
      if (errors.length > 0) throw errors[0];
    },
  };
}

export type UndoList = ReturnType<typeof undoList>;
