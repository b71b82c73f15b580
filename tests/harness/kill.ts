import type { Kernel } from '../../server/kernel/ctx.ts';

/**
 * A kernel whose process dies at its n-th transaction: that one and all later ones fail, as if nobody were left to run them.
 * `before`: the transaction never starts. `after`: it commits, and the process dies before it hears of it.
 */
export function killAt(
  kernel: Kernel,
  step: number,
  when: 'before' | 'after',
): { kernel: Kernel; killed(): boolean } {
  let seen = 0;
  let dead = false;
  const app = new Proxy(kernel.db.app, {
    get(target, name) {
      if (name !== 'transaction') return Reflect.get(target, name, target);
      return () => ({
        execute: async (work: never) => {
          if (dead) throw new Error('the process is dead');
          seen += 1;
          const last = seen === step;
          if (last) dead = true;
          if (last && when === 'before') throw new Error('killed before its transaction');
          const result = await target.transaction().execute(work);
          if (last) throw new Error('killed after its transaction');
          return result;
        },
      });
    },
  });
  return { kernel: { ...kernel, db: { ...kernel.db, app } }, killed: () => dead };
}
